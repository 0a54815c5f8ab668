"""Guards: whether loops are cut off answers, and stock phrases trimmed."""

from alembic import op

revision = "0010"
down_revision = "0009"

COLUMNS = """
ALTER TABLE guards
    ADD loops text NOT NULL DEFAULT 'cut' CHECK (loops IN ('cut', 'off')),
    ADD stock text NOT NULL DEFAULT 'off' CHECK (stock IN ('off', 'trim'));
"""


def upgrade() -> None:
    op.execute(COLUMNS)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
