"""Limits: rates of what is no tenant's own, and blocks of those who guess."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
-- Rates beside the tiers': of the platform, of an address, of a user, of a key, of costly operations. NULL is no limit.
CREATE TABLE limits (
    name text PRIMARY KEY,
    about text NOT NULL,
    requests_per_hour integer CHECK (requests_per_hour > 0),
    per_second float8 CHECK (per_second > 0),
    burst integer CHECK (burst > 0),
    CHECK ((per_second IS NULL) = (burst IS NULL))
);

-- Addresses (and accounts) at which somebody guesses. A block ends by itself; the next one is longer.
CREATE TABLE blocks (
    subject text PRIMARY KEY,
    reason text NOT NULL,
    level smallint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    blocked_until timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by text
);
CREATE INDEX blocks_in_force ON blocks (blocked_until);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
