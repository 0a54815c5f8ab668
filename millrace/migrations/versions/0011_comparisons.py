"""Comparisons of models: which, on which prompts, and what came of each call; when the first token of a job came."""

from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = """
-- From the begin of the run to its first delta, as the worker timed it; NULL where nothing was streamed.
ALTER TABLE request_log ADD first_ms bigint;

CREATE TABLE comparisons (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenants (id),
    -- In whose name its jobs are.
    api_key uuid,
    user_id uuid,
    -- The Idempotency-Key, and what was asked under it.
    key text,
    request_hash text NOT NULL,
    models text[] NOT NULL,
    -- With their checks, as JSON, sealed: the shipped ones change with the version.
    prompts text NOT NULL,
    prompt_set text NOT NULL,
    prompts_hash text NOT NULL,
    prompt_count smallint NOT NULL,
    rounds smallint NOT NULL,
    max_tokens integer NOT NULL,
    temperature float8,
    jobs smallint NOT NULL,
    cancel_requested boolean NOT NULL DEFAULT false,
    -- NULL while it runs; and what was found, by model.
    outcome text CHECK (outcome IN ('completed', 'cancelled')),
    summary json,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    UNIQUE (tenant, key)
);
CREATE INDEX comparisons_of_tenant ON comparisons (tenant, id DESC);
CREATE INDEX comparisons_running ON comparisons (id) WHERE outcome IS NULL;

CREATE TABLE comparison_calls (
    comparison uuid NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
    job uuid NOT NULL,
    tenant uuid NOT NULL,
    model text NOT NULL,
    prompt text NOT NULL,
    category text NOT NULL,
    weight float8 NOT NULL,
    -- What came of the job: NULL until somebody looked after its end.
    outcome text,
    error_code text,
    score float8,
    cut boolean,
    first_ms bigint,
    ran_ms bigint,
    input_tokens bigint,
    output_tokens bigint,
    estimated boolean,
    nanos bigint,
    PRIMARY KEY (comparison, job)
);
CREATE INDEX comparison_calls_open ON comparison_calls (comparison, job) WHERE outcome IS NULL;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
