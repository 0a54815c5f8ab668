"""Vendor keys that tenants bring, and jobs that ran with one."""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = """
CREATE TABLE vendor_keys (
    -- A new one each time the key is set: it is sealed with it.
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenants (id),
    engine text NOT NULL,
    -- '' is every model that is where its engine is.
    model text NOT NULL DEFAULT '',
    -- Scheme, host and port: it is sent to no other.
    server text NOT NULL,
    -- Sealed, together with the four above.
    key text NOT NULL,
    -- Its last characters.
    hint text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz,
    rejected_at timestamptz,
    UNIQUE (tenant, engine, model)
);

-- The tenant paid the vendor itself.
ALTER TABLE ledger_entries ADD own_key boolean NOT NULL DEFAULT false;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
