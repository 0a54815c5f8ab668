"""The spine: tenants and keys, lanes, flows and queues, jobs, ledger, quotas, outbox, processes."""

from alembic import op

revision = "0001"
down_revision = None

#: Hot tables are vacuumed early, and leave room on their pages for the next version of a row.
HOT = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000"

TABLES = f"""
CREATE TABLE tenants (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    weight float8 NOT NULL DEFAULT 1 CHECK (weight > 0),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenants (id),
    name text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE lanes (
    name text PRIMARY KEY,
    virtual_time float8 NOT NULL DEFAULT 0,
    floor float8 NOT NULL DEFAULT 0,
    next_floor float8 NOT NULL DEFAULT 0,
    floored_at timestamptz,
    claimed_at timestamptz
) WITH (fillfactor = 50);

CREATE TABLE flows (
    lane text NOT NULL,
    tenant uuid NOT NULL,
    weight float8 NOT NULL DEFAULT 1,
    tag float8 NOT NULL DEFAULT 0,
    class_tags float8[] NOT NULL DEFAULT '{{0,0,0}}',
    active smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (lane, tenant)
) WITH (fillfactor = 50, {HOT});
CREATE INDEX flows_active ON flows (lane, tag) WHERE active <> 0;
CREATE INDEX flows_interactive ON flows (lane, tag) WHERE active & 1 = 1;

CREATE TABLE queues (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lane text NOT NULL,
    tenant uuid NOT NULL,
    class smallint NOT NULL CHECK (class BETWEEN 0 AND 2),
    model text NOT NULL,
    batch uuid,
    paused boolean NOT NULL DEFAULT false,
    head timestamptz NOT NULL DEFAULT '-infinity',
    UNIQUE NULLS NOT DISTINCT (lane, tenant, class, model, batch)
) WITH (fillfactor = 50, {HOT});

CREATE TABLE model_pauses (
    lane text NOT NULL,
    model text NOT NULL,
    until timestamptz NOT NULL,
    failures integer NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (lane, model)
);

CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL,
    queue bigint NOT NULL,
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired')),
    due boolean NOT NULL DEFAULT true,
    key timestamptz NOT NULL,
    cost float8 NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    failures smallint NOT NULL DEFAULT 0,
    deaths smallint NOT NULL DEFAULT 0,
    max_attempts smallint NOT NULL,
    cancel_requested boolean NOT NULL DEFAULT false,
    notify boolean NOT NULL DEFAULT false,
    lease uuid,
    process uuid,
    reserved_tokens bigint NOT NULL DEFAULT 0,
    quota_period date,
    run_after timestamptz,
    deadline timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz
) WITH (fillfactor = 80, {HOT});
CREATE INDEX jobs_claimable ON jobs (queue, key, id) WHERE state = 'queued' AND due;
CREATE INDEX jobs_running ON jobs (process) WHERE state = 'running';
CREATE INDEX jobs_waiting_until ON jobs (run_after) WHERE state = 'queued' AND NOT due;
CREATE INDEX jobs_expiring ON jobs (deadline) WHERE state = 'queued' AND deadline IS NOT NULL;

-- What a claim answers.
CREATE TYPE claimed_job AS (
    job uuid,
    tenant uuid,
    attempt integer,
    lease uuid,
    failures smallint,
    deaths smallint,
    max_attempts smallint,
    cost float8,
    deadline timestamptz,
    created_at timestamptz,
    class smallint,
    endpoint text,
    model text,
    body text,
    stream boolean,
    reply_to text
);

CREATE TABLE job_requests (
    job uuid PRIMARY KEY,
    tenant uuid NOT NULL,
    endpoint text NOT NULL,
    model text NOT NULL,
    body text NOT NULL,
    stream boolean NOT NULL,
    metadata jsonb,
    reply_to text,
    retry_of uuid
);
CREATE INDEX job_requests_of_tenant ON job_requests (tenant, job DESC);
CREATE INDEX job_requests_metadata ON job_requests USING gin (metadata jsonb_path_ops) WHERE metadata IS NOT NULL;

CREATE TABLE job_results (
    job uuid PRIMARY KEY,
    body text,
    error text,
    text text,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0
);

CREATE TABLE job_checkpoints (
    job uuid PRIMARY KEY,
    event bigint NOT NULL,
    text text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50, {HOT});

CREATE TABLE attempts (
    job uuid NOT NULL,
    attempt integer NOT NULL,
    process uuid,
    outcome text NOT NULL,
    error text,
    started_at timestamptz,
    ended_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job, attempt)
);

CREATE TABLE idempotency_keys (
    tenant uuid NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    job uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE ledger_entries (
    job uuid PRIMARY KEY,
    tenant uuid NOT NULL,
    model text NOT NULL,
    outcome text NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    estimated boolean NOT NULL DEFAULT false,
    entered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ledger_entries_of_tenant ON ledger_entries (tenant, entered_at);

CREATE TABLE quotas (
    tenant uuid NOT NULL,
    period date NOT NULL,
    unit text NOT NULL CHECK (unit IN ('requests', 'tokens')),
    hard_limit bigint,
    used bigint NOT NULL DEFAULT 0,
    reserved bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, period, unit)
) WITH (fillfactor = 50);

CREATE TABLE webhook_outbox (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL,
    job uuid NOT NULL,
    type text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (job, type)
);

CREATE TABLE processes (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    parent integer NOT NULL,
    lanes text[] NOT NULL DEFAULT '{{}}',
    measured json NOT NULL DEFAULT '{{}}',
    started_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE sweeps (
    name text PRIMARY KEY,
    ran_at timestamptz NOT NULL
) WITH (fillfactor = 50);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
