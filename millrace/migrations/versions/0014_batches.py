"""Batches: a file of requests, each line a job; what it reserved; and which line of which batch a job is."""

from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = """
CREATE TABLE batches (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenants (id),
    -- quoting -> quoted (until somebody accepts it); validating -> in_progress -> finalizing -> completed;
    -- validating -> failed; in_progress -> cancelling -> cancelled; in_progress -> expired.
    state text NOT NULL CHECK (state IN (
        'quoting', 'quoted', 'validating', 'in_progress', 'finalizing', 'completed', 'failed', 'expired', 'cancelling',
        'cancelled'
    )),
    endpoint text NOT NULL,
    input_file uuid,
    -- Sealed: how a row of a CSV file becomes a request.
    template text,
    completion_window text NOT NULL,
    -- A window counts from when the batch was asked for.
    deadline timestamptz,
    off_peak boolean NOT NULL DEFAULT false,
    paused boolean NOT NULL DEFAULT false,
    -- Between two off-peak times.
    resting boolean NOT NULL DEFAULT false,
    metadata jsonb,
    output_life interval,
    -- In whose name its lines are asked, and which models that key may use.
    api_key uuid,
    user_id uuid,
    address text,
    models text[],
    -- The batch whose failed lines these are.
    retry_of uuid,
    webhook jsonb,
    idempotency_key text,
    request_hash text,
    -- What validation found: lines, and errors as OpenAI lists them; a quote by model.
    total integer NOT NULL DEFAULT 0,
    errors jsonb,
    quote jsonb,
    -- Lines that are jobs, and where in the file the next one begins: the leased step goes on from there.
    inserted integer NOT NULL DEFAULT 0,
    next_number integer NOT NULL DEFAULT 1,
    next_offset bigint NOT NULL DEFAULT 0,
    step_lease uuid,
    step_until timestamptz,
    -- At its end: what came of it.
    completed integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    cached_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    nanos bigint NOT NULL DEFAULT 0,
    output_file uuid,
    error_file uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    in_progress_at timestamptz,
    finalizing_at timestamptz,
    completed_at timestamptz,
    failed_at timestamptz,
    expired_at timestamptz,
    cancelling_at timestamptz,
    cancelled_at timestamptz
) WITH (fillfactor = 50);
CREATE INDEX batches_of_tenant ON batches (tenant, id DESC);
CREATE INDEX batches_under_way ON batches (id)
    WHERE state NOT IN ('quoted', 'completed', 'failed', 'expired', 'cancelled');
CREATE INDEX batches_quoted ON batches (created_at) WHERE state = 'quoted';
CREATE UNIQUE INDEX batches_by_key ON batches (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- What a batch reserved and has not handed to lines yet, by model: `quotas` are those that bound it then.
CREATE TABLE batch_reservations (
    batch uuid NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    tenant uuid NOT NULL,
    model text NOT NULL,
    quotas uuid[],
    period date,
    requests bigint NOT NULL,
    tokens bigint NOT NULL,
    nanos bigint NOT NULL,
    PRIMARY KEY (batch, model)
);

ALTER TABLE jobs ADD batch uuid, ADD line integer;
-- A line is one job, however often its block is sent; and the counts of a batch are read from here alone.
CREATE UNIQUE INDEX jobs_of_batch ON jobs (batch, line) INCLUDE (state) WHERE batch IS NOT NULL;
CREATE INDEX jobs_unfinished_of_batch ON jobs (batch) WHERE batch IS NOT NULL AND state IN ('queued', 'running');
ALTER TABLE job_requests ADD custom_id text;
-- Claims look at queues that are not paused; those of batches that ended are, for good.
CREATE INDEX queues_awake ON queues (lane, tenant, class) WHERE NOT paused;
CREATE INDEX queues_of_batch ON queues (batch) WHERE batch IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
