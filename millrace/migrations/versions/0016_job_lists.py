"""A list of jobs does not read past the 50,000 lines of a batch, which have a list of their own."""

from alembic import op

revision = "0016"
down_revision = "0015"

#: Lines of batches have a custom_id, and no other job has.
INDEX = """
DROP INDEX job_requests_of_tenant;
CREATE INDEX job_requests_of_tenant ON job_requests (tenant, job DESC) WHERE custom_id IS NULL;
"""


def upgrade() -> None:
    op.execute(INDEX)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward")
