"""Caches: which job answered a request already, what was purged, and questions by their meaning."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
-- Under which key the answer is kept; NULL: nowhere.
ALTER TABLE job_requests ADD cache_key text;

-- The answer itself lies with its job, sealed, and once.
CREATE TABLE cache_entries (
    key text NOT NULL,
    tenant uuid NOT NULL,
    model text NOT NULL,
    job uuid NOT NULL,
    -- When its question was accepted: a purge after that voids it.
    asked_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (key, tenant)
);
CREATE INDEX cache_entries_of_tenant ON cache_entries (tenant, model);
CREATE INDEX cache_entries_by_age ON cache_entries (made_at);

-- What was asked before `at` is void; model '' is every one.
CREATE TABLE cache_purges (
    tenant uuid NOT NULL,
    model text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant, model)
);

-- What a tenant wants of the semantic cache; NULL: as the platform has it.
CREATE TABLE cache_settings (
    tenant uuid PRIMARY KEY,
    semantic boolean NOT NULL DEFAULT false,
    threshold real CHECK (threshold BETWEEN 0.5 AND 1),
    seconds double precision CHECK (seconds > 0)
);

-- Questions by their meaning, sealed; `frame` stands for all of the request but the question. The vectors are in clear.
CREATE TABLE cache_meanings (
    job uuid PRIMARY KEY,
    tenant uuid NOT NULL,
    model text NOT NULL,
    frame text NOT NULL,
    question text NOT NULL,
    embedding real[] NOT NULL,
    asked_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX cache_meanings_of_frame ON cache_meanings (tenant, model, frame);
CREATE INDEX cache_meanings_by_age ON cache_meanings (made_at);
"""

#: Where pgvector is missing, or this role may not create it, the column stays an array, and the semantic cache is off.
VECTORS = """
DO $do$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'vector') THEN
        RETURN;
    END IF;
    CREATE EXTENSION IF NOT EXISTS vector;
    ALTER TABLE cache_meanings ALTER embedding TYPE vector(384);
    CREATE INDEX cache_meanings_by_meaning ON cache_meanings USING hnsw (embedding vector_cosine_ops);
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'pgvector is there, but may not be created by this role: the semantic cache is off';
END $do$;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(VECTORS)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
