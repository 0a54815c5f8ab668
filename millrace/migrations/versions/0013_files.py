"""Files: what tenants upload and batches write. Their bytes are blobs elsewhere; here is what they are."""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLE = """
CREATE TABLE files (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL,
    -- uploading -> ready -> deleted, and uploading -> deleted. Only what is ready is there for anybody.
    state text NOT NULL CHECK (state IN ('uploading', 'ready', 'deleted')),
    -- Sealed: with what its blob is encrypted. Deleted, it is '', and whatever is left of the blob nobody can read.
    key text NOT NULL,
    blob text NOT NULL,
    purpose text,
    -- Sealed, with the hash of its content in clear.
    filename text,
    sha256 text,
    bytes bigint NOT NULL DEFAULT 0,
    api_key uuid,
    user_id uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    deleted_at timestamptz,
    -- When the sweep takes it, by state: its lease is over; it expires; its blob is to be deleted. NULL: never.
    sweep_at timestamptz,
    CHECK (state <> 'ready' OR (purpose IS NOT NULL AND filename IS NOT NULL AND sha256 IS NOT NULL))
);
CREATE INDEX files_of_tenant ON files (tenant, id) WHERE state = 'ready';
CREATE INDEX files_under_way ON files (tenant) WHERE state = 'uploading';
CREATE INDEX files_to_sweep ON files (sweep_at);

-- What a tenant's ready files come to: summing up ten thousand would take ten milliseconds an upload.
CREATE TABLE file_totals (
    tenant uuid PRIMARY KEY,
    bytes bigint NOT NULL,
    files bigint NOT NULL
);

-- Its body is in functions/count_files.sql.
CREATE FUNCTION count_files() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER files_counted AFTER UPDATE ON files REFERENCING OLD TABLE AS before NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION count_files();
"""


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
