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
-- An office behind one address signs in far less often than a guesser would like to.
INSERT INTO limits (name, about, requests_per_hour, per_second, burst) VALUES
    ('platform', 'everything that everybody asks', NULL, NULL, NULL),
    ('address', 'everything that one address asks', NULL, 200, 2000),
    ('user', 'everything that one user asks', NULL, 100, 1000),
    ('key', 'everything that one API key asks', NULL, 100, 1000),
    ('sign_in', 'signing in, by address', 300, 1, 30),
    ('register', 'new accounts, by address', 30, NULL, NULL),
    ('reset', 'mails to choose a new password or to verify an address, by address', 30, NULL, NULL),
    ('POST /api/v1/batches/quote', 'quotes of batches, by tenant: each reads a whole file', NULL, 2, 10),
    ('GET /api/v1/admin/audit/verify', 'walks along the whole audit log, by tenant', NULL, 0.1, 5);

-- Addresses (and accounts) at which somebody guesses. A block ends by itself; the next one is longer.
CREATE TABLE blocks (
    subject text PRIMARY KEY,
    reason text NOT NULL,
    level smallint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    blocked_until timestamptz NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lifted_at timestamptz,
    lifted_by text
);
CREATE INDEX blocks_in_force ON blocks (blocked_until);
-- What each process asks for once a second.
CREATE INDEX blocks_changed ON blocks (changed_at);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
