"""Guards: what of a tenant's requests is redacted, and its filters."""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLE = """
CREATE TABLE guards (
    tenant uuid PRIMARY KEY REFERENCES tenants (id),
    redaction text NOT NULL DEFAULT 'off' CHECK (redaction IN ('off', 'vendors', 'always', 'block')),
    -- What is looked for; NULL is the usual.
    classes text[],
    rules jsonb NOT NULL DEFAULT '[]',
    changed_at timestamptz NOT NULL DEFAULT now()
);
"""


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
