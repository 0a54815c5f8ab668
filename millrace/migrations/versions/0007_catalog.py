"""The live catalog, and how each job was routed."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = """
-- What administrators set, over what the files say. Without an entry: deleted, whatever the files say.
CREATE TABLE catalog_entries (
    kind text NOT NULL CHECK (kind IN ('lane', 'model', 'alias')),
    name text NOT NULL,
    entry jsonb,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, name)
);

CREATE TABLE catalog_version (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL DEFAULT 1
);
INSERT INTO catalog_version DEFAULT VALUES;

CREATE FUNCTION catalog_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalog_version SET version = version + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER catalog_changed AFTER INSERT OR UPDATE OR DELETE ON catalog_entries
FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();

-- {asked, why, chain}: which name was asked, why this model answers, and which others may instead.
ALTER TABLE job_requests ADD route jsonb;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
