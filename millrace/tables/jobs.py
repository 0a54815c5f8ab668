"""A job: `jobs` is the narrow row that claims read; its request and its result live beside it."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from millrace.tables.metadata import metadata

Id = Uuid(as_uuid=False)
Time = DateTime(timezone=True)

queues = Table(
    "queues",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("lane", Text, nullable=False),
    Column("tenant", Id, nullable=False),
    Column("class", SmallInteger, nullable=False),
    Column("model", Text, nullable=False),
    Column("batch", Id),
    Column("paused", Boolean, nullable=False),
    Column("head", Time, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Id, nullable=False),
    Column("queue", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("due", Boolean, nullable=False),
    Column("key", Time, nullable=False),
    Column("cost", Double, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failures", SmallInteger, nullable=False),
    Column("deaths", SmallInteger, nullable=False),
    Column("max_attempts", SmallInteger, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("lease", Id),
    Column("process", Id),
    Column("reserved_tokens", BigInteger, nullable=False),
    Column("quota_period", Date),
    Column("quotas", ARRAY(Id)),
    Column("reserved_nanos", BigInteger, nullable=False),
    Column("owner", Id),
    Column("batch", Id),
    Column("line", Integer),
    Column("run_after", Time),
    Column("deadline", Time),
    Column("created_at", Time, nullable=False),
    Column("started_at", Time),
    Column("finished_at", Time),
)

job_requests = Table(
    "job_requests",
    metadata,
    Column("job", Id, primary_key=True),
    Column("tenant", Id, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("stream", Boolean, nullable=False),
    Column("metadata", JSONB),
    Column("reply_to", Text),
    Column("retry_of", Id),
    Column("api_key", Id),
    Column("user_id", Id),
    Column("address", Text),
    Column("prompt_hash", Text),
    Column("cache_key", Text),
    Column("store", Boolean, nullable=False),
    Column("route", JSONB),
    Column("custom_id", Text),
    Column("webhook", JSONB),
    Column("background", Boolean, nullable=False),
)

job_results = Table(
    "job_results",
    metadata,
    Column("job", Id, primary_key=True),
    Column("tenant", Id, nullable=False),
    Column("body", Text),
    Column("error", Text),
    Column("text", Text),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("forget_at", Time),
)
