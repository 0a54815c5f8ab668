"""The ledger: prices, quotas by tenant, key and model, what a job cost, the request log, usage in time."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
-- Who asked, and from where: for the ledger and the request log.
ALTER TABLE job_requests
    ADD api_key uuid,
    ADD user_id uuid,
    ADD address text,
    ADD prompt_hash text,
    -- False: nothing is kept after delivery.
    ADD store boolean NOT NULL DEFAULT true;

-- The second wall needs the tenant on every row.
-- When body and text are erased: of requests with `store: false`.
ALTER TABLE job_results ADD tenant uuid, ADD forget_at timestamptz;
CREATE INDEX job_results_to_forget ON job_results (forget_at) WHERE forget_at IS NOT NULL;
ALTER TABLE job_checkpoints ADD tenant uuid;
ALTER TABLE attempts ADD tenant uuid;
UPDATE job_results r SET tenant = j.tenant FROM jobs j WHERE j.id = r.job;
UPDATE job_checkpoints c SET tenant = j.tenant FROM jobs j WHERE j.id = c.job;
UPDATE attempts a SET tenant = j.tenant FROM jobs j WHERE j.id = a.job;
ALTER TABLE job_results ALTER tenant SET NOT NULL;
ALTER TABLE job_checkpoints ALTER tenant SET NOT NULL;
ALTER TABLE attempts ALTER tenant SET NOT NULL;

-- Money is in nano-dollars (1e-9 USD): USD per million tokens x 1000 are nano-dollars a token, which may be a fraction;
-- what a job costs is whole. The bounds keep every product that can come up within a bigint.
CREATE TABLE prices (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    model text NOT NULL,
    input_nanos numeric NOT NULL CHECK (input_nanos BETWEEN 0 AND 10000000),
    output_nanos numeric NOT NULL CHECK (output_nanos BETWEEN 0 AND 10000000),
    cached_input_nanos numeric CHECK (cached_input_nanos BETWEEN 0 AND 10000000),
    request_nanos numeric NOT NULL DEFAULT 0 CHECK (request_nanos BETWEEN 0 AND 1000000000000),
    valid_from timestamptz NOT NULL,
    valid_until timestamptz CHECK (valid_until > valid_from),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (model, valid_from)
);

-- The part of the price that an outcome is charged.
CREATE TABLE pricing_rules (
    outcome text PRIMARY KEY,
    part numeric NOT NULL CHECK (part BETWEEN 0 AND 1)
);
INSERT INTO pricing_rules (outcome, part) VALUES
    ('succeeded', 1), ('cached', 0), ('cancelled', 1), ('failed', 0), ('expired', 0);

-- What may be used in a month: of a tenant, of one of its keys, of one model, or of one model by one key. Every one
-- that fits a job binds it.
ALTER TABLE quotas RENAME TO quota_balances;
ALTER TABLE quota_balances RENAME CONSTRAINT quotas_pkey TO quota_balances_by_unit;
CREATE TABLE quotas (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenants (id),
    api_key uuid,
    model text,
    unit text NOT NULL CHECK (unit IN ('requests', 'tokens', 'nanos')),
    soft_limit bigint CHECK (soft_limit >= 0),
    hard_limit bigint CHECK (hard_limit >= 0),
    -- Beyond the hard limit work goes on, and costs so many nano-dollars a unit besides.
    overage boolean NOT NULL DEFAULT false,
    overage_nanos bigint NOT NULL DEFAULT 0 CHECK (overage_nanos BETWEEN 0 AND 1000000000),
    -- Follows the tenant's tier.
    of_tier boolean NOT NULL DEFAULT false,
    -- Set by the tenant itself, beside those of the platform: it can only make things tighter.
    own boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (tenant, api_key, model, unit, own),
    -- Money beyond a limit is charged as money is.
    CHECK (unit <> 'nanos' OR overage_nanos = 0)
);
INSERT INTO quotas (tenant, unit, hard_limit)
SELECT DISTINCT ON (b.tenant, b.unit) b.tenant, b.unit, b.hard_limit
FROM quota_balances b JOIN tenants t ON t.id = b.tenant ORDER BY b.tenant, b.unit, b.period DESC;
ALTER TABLE quota_balances ADD quota uuid REFERENCES quotas (id) ON DELETE CASCADE, ADD soft_crossed_at timestamptz;
UPDATE quota_balances b SET quota = q.id FROM quotas q WHERE q.tenant = b.tenant AND q.unit = b.unit;
DELETE FROM quota_balances WHERE quota IS NULL;
ALTER TABLE quota_balances
    DROP CONSTRAINT quota_balances_by_unit, DROP unit, DROP hard_limit, ALTER quota SET NOT NULL,
    ADD PRIMARY KEY (quota, period);
CREATE INDEX quota_balances_of_tenant ON quota_balances (tenant, period);

-- What a job reserved, and from which quotas; NULL where none applied.
ALTER TABLE jobs ADD quotas uuid[], ADD reserved_nanos bigint NOT NULL DEFAULT 0;
UPDATE jobs j SET quotas = ARRAY(SELECT q.id FROM quotas q WHERE q.tenant = j.tenant)
WHERE j.quota_period IS NOT NULL;

ALTER TABLE ledger_entries
    ADD api_key uuid,
    ADD user_id uuid,
    ADD endpoint text NOT NULL DEFAULT '',
    ADD cached_tokens bigint NOT NULL DEFAULT 0,
    ADD nanos bigint NOT NULL DEFAULT 0,
    ADD overage_nanos bigint NOT NULL DEFAULT 0,
    ADD cache text,
    ADD period date,
    ADD quotas uuid[];
-- Or the audit of balances would miss what was entered before.
UPDATE ledger_entries l SET endpoint = r.endpoint, period = j.quota_period, quotas = j.quotas
FROM jobs j JOIN job_requests r ON r.job = j.id WHERE j.id = l.job;
-- What a settlement answers.
CREATE TYPE settled_job AS (job uuid, tenant uuid, attempt integer, reply_to text);
DROP INDEX ledger_entries_of_tenant;
CREATE INDEX ledger_entries_of_tenant ON ledger_entries (tenant, entered_at, job);
-- Both follow the order in which entries come, all but a few.
CREATE INDEX ledger_entries_in_time ON ledger_entries USING brin (entered_at, period) WITH (autosummarize = on);

-- What was asked when, by whom, from where; never the prompt. A partition a month, made ahead (make_partitions).
CREATE TABLE request_log (
    at timestamptz NOT NULL,
    job uuid NOT NULL,
    tenant uuid NOT NULL,
    api_key uuid,
    user_id uuid,
    endpoint text NOT NULL,
    model text NOT NULL,
    status text NOT NULL,
    prompt_hash text,
    address text,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cache text,
    waited_ms bigint,
    ran_ms bigint,
    error_code text
) PARTITION BY RANGE (at);
CREATE INDEX request_log_of_tenant ON request_log (tenant, at DESC);
CREATE TABLE request_log_rest PARTITION OF request_log DEFAULT;
"""

#: Hours are made from the ledger, days from hours, months from days.
USAGE = """
CREATE TABLE usage_by_{grain} (
    {grain} {type} NOT NULL,
    tenant uuid NOT NULL,
    api_key uuid,
    user_id uuid,
    model text NOT NULL,
    endpoint text NOT NULL,
    requests bigint NOT NULL,
    succeeded bigint NOT NULL,
    failed bigint NOT NULL,
    cached bigint NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    nanos bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (tenant, {grain}, api_key, user_id, model, endpoint)
);
CREATE INDEX usage_by_{grain}_in_time ON usage_by_{grain} ({grain});
"""

ALERTS = """
-- What an operator should look at: drift of a balance, a soft limit crossed.
CREATE TABLE alerts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind text NOT NULL,
    tenant uuid,
    about text NOT NULL,
    details text NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz
);
CREATE INDEX alerts_open ON alerts (raised_at DESC) WHERE settled_at IS NULL;
"""


#: Functions that answer, or take, something else from now on. Only submit_jobs and settle_jobs call them, which are
#: replaced in this very transaction.
OUTGROWN = "DROP FUNCTION IF EXISTS insert_jobs(json), settle_quotas(uuid[]), reserve_quotas(json)"


def upgrade() -> None:
    op.execute(OUTGROWN)
    op.execute(TABLES)
    for grain, type in (("hour", "timestamptz"), ("day", "date"), ("month", "date")):
        op.execute(USAGE.format(grain=grain, type=type))
    op.execute(ALERTS)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
