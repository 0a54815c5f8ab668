"""Identity: tiers, people, tenants with members and roles, keys, sessions, mail, the audit log, data keys."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
-- What a tenant may ask for; a key may have less. NULL is no limit. Seeded when empty (millrace/limits/tiers.py).
CREATE TABLE tiers (
    name text PRIMARY KEY,
    rank smallint NOT NULL UNIQUE,
    requests_per_hour integer CHECK (requests_per_hour > 0),
    requests_per_month bigint CHECK (requests_per_month >= 0),
    per_second float8 CHECK (per_second > 0),
    burst integer CHECK (burst > 0),
    CHECK ((per_second IS NULL) = (burst IS NULL))
);
INSERT INTO tiers (name, rank, requests_per_hour, requests_per_month, per_second, burst) VALUES
    ('free', 1, 100, 3000, 10, 100),
    ('pro', 2, 1000, 30000, 50, 1000),
    ('enterprise', 3, 10000, 300000, 200, 10000),
    ('unlimited', 4, 1000000, NULL, NULL, NULL);

ALTER TABLE tenants
    ADD tier text NOT NULL DEFAULT 'free' REFERENCES tiers (name),
    -- What its keys and members may do at the most, and which models they may use; NULL is everything.
    ADD scopes text[],
    ADD models text[],
    -- Its members run the platform.
    ADD operates boolean NOT NULL DEFAULT false,
    ADD suspended_at timestamptz;
UPDATE tenants SET tier = 'unlimited', operates = true WHERE name = 'admin';

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL UNIQUE,
    username text,
    password_hash text NOT NULL,
    -- Moves with the password, not with a new hash of the same one.
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    verified_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz
);

CREATE TABLE members (
    tenant uuid NOT NULL REFERENCES tenants (id),
    user_id uuid NOT NULL REFERENCES users (id),
    role text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, user_id)
);
CREATE INDEX members_of_user ON members (user_id);

-- A tenant's own roles, beside the four of millrace/identity/roles.py.
CREATE TABLE roles (
    tenant uuid NOT NULL REFERENCES tenants (id),
    name text NOT NULL,
    permissions text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, name)
);

CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenants (id),
    email text NOT NULL,
    role text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    invited_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    withdrawn_at timestamptz
);
CREATE INDEX invitations_of_tenant ON invitations (tenant, created_at DESC);

ALTER TABLE api_keys
    ADD hint text NOT NULL DEFAULT '',
    ADD tier text REFERENCES tiers (name),
    ADD scopes text[],
    ADD models text[],
    ADD requests_per_hour integer CHECK (requests_per_hour > 0),
    ADD expires_at timestamptz,
    ADD last_used_at timestamptz,
    ADD created_by uuid,
    -- The key that this one was rotated into; this one ends at `expires_at`.
    ADD replaced_by uuid;
CREATE INDEX api_keys_of_tenant ON api_keys (tenant, created_at DESC);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    -- The tenant that its access tokens speak for.
    tenant uuid NOT NULL REFERENCES tenants (id),
    user_agent text,
    address text,
    created_at timestamptz NOT NULL DEFAULT now(),
    refreshed_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_for text
);
CREATE INDEX sessions_of_user ON sessions (user_id, created_at DESC);

-- Each is good once; one that comes twice was stolen, and ends its session.
CREATE TABLE refresh_tokens (
    hash bytea PRIMARY KEY,
    session uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    issued_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session);

-- What a mail carries: to verify an address, or to choose a new password.
CREATE TABLE mailed_tokens (
    hash bytea PRIMARY KEY,
    -- NULL: nobody's, written so that asking for an unknown address costs the same.
    user_id uuid REFERENCES users (id),
    purpose text NOT NULL CHECK (purpose IN ('verify', 'reset')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX mailed_tokens_of_user ON mailed_tokens (user_id, purpose);

-- `private` is encrypted (millrace/crypto). It signs until `signs_until`, and is published until `published_until`.
CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    private text NOT NULL,
    public text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    signs_from timestamptz NOT NULL,
    signs_until timestamptz NOT NULL,
    published_until timestamptz NOT NULL
);

-- Mail to be sent; recipient and body are encrypted, and gone once it is.
CREATE TABLE mails (
    id uuid PRIMARY KEY,
    recipient text,
    subject text NOT NULL,
    body text,
    created_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL DEFAULT now(),
    attempts smallint NOT NULL DEFAULT 0,
    sent_at timestamptz,
    error text
);
CREATE INDEX mails_due ON mails (due_at) WHERE sent_at IS NULL;

-- Each row's hash covers the row and the hash before it.
CREATE TABLE audit_log (
    seq bigint PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    tenant uuid,
    actor text NOT NULL,
    act text NOT NULL,
    target text,
    details text NOT NULL,
    address text,
    previous bytea NOT NULL,
    hash bytea NOT NULL
);
CREATE INDEX audit_log_of_tenant ON audit_log (tenant, seq DESC);

-- The keys that fields are encrypted with, themselves encrypted with the master key.
CREATE TABLE data_keys (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    wrapped text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
