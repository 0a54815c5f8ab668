"""Owners: the API process that waits for a synchronous job."""

from alembic import op

revision = "0005"
down_revision = "0004"

COLUMN = """
ALTER TABLE jobs ADD owner uuid;
CREATE INDEX jobs_owned ON jobs (owner) WHERE owner IS NOT NULL AND state IN ('queued', 'running');
"""


def upgrade() -> None:
    op.execute(COLUMN)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
