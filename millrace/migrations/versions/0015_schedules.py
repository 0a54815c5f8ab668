"""Schedules: what is asked again and again, and the windows in which it was."""

from alembic import op

revision = "0015"
down_revision = "0014"

TABLES = """
CREATE TABLE schedules (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenants (id),
    name text NOT NULL,
    -- Either a cron expression, in a zone; or seconds, counted from `anchor`.
    cron text,
    zone text NOT NULL,
    every integer,
    anchor timestamptz NOT NULL,
    -- Sealed: prompts, and what opens a bucket.
    template text NOT NULL,
    missed text NOT NULL CHECK (missed IN ('skip', 'once', 'all')),
    overlap text NOT NULL CHECK (overlap IN ('skip', 'allow', 'cancel')),
    paused_at timestamptz,
    -- Why it is paused, where nobody asked for it.
    reason text,
    -- NULL while it is paused.
    next_at timestamptz,
    last_at timestamptz,
    -- In whose name it runs.
    api_key uuid,
    user_id uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (num_nonnulls(cron, every) = 1)
);
CREATE INDEX schedules_of_tenant ON schedules (tenant, id DESC);
CREATE INDEX schedules_due ON schedules (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE schedule_runs (
    id uuid PRIMARY KEY,
    schedule uuid NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
    tenant uuid NOT NULL,
    due_at timestamptz NOT NULL,
    -- Somebody asked for it, between two windows.
    asked boolean NOT NULL DEFAULT false,
    -- Earlier windows that it stands for.
    missed integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'fired', 'skipped', 'failed')),
    job uuid,
    batch uuid,
    error jsonb,
    -- Of one that is pending: who makes its job, until when, and how often that was tried.
    lease uuid,
    lease_until timestamptz,
    tries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    -- A window fires once, however many look.
    UNIQUE (schedule, due_at)
);
CREATE INDEX schedule_runs_of ON schedule_runs (schedule, id DESC);
CREATE INDEX schedule_runs_pending ON schedule_runs (schedule, due_at) WHERE state = 'pending';
CREATE INDEX schedule_runs_old ON schedule_runs (created_at);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
