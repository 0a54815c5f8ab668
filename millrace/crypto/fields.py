"""Which columns are sealed, and the context of each: what it is and whose row it is."""

from typing import NamedTuple


class Field(NamedTuple):
    """A sealed column. `key`: the row's primary key, whose first column names it in the context."""

    table: str
    column: str
    key: tuple[str, ...]
    what: str

    def of(self, id: str) -> str:
        """The context of one row's text."""
        return f"{self.what}:{id}"


REQUEST = Field("job_requests", "body", ("job",), "job.request")
ANSWER = Field("job_results", "body", ("job",), "job.answer")
ERROR = Field("job_results", "error", ("job",), "job.error")
#: Of a checkpoint too, which becomes the result's text as it is.
TEXT = Field("job_results", "text", ("job",), "job.text")

VENDOR_KEY = Field("vendor_keys", "key", ("id",), "vendor_keys.key")

QUESTION = Field("cache_meanings", "question", ("job",), "cache.question")

WEBHOOK_SECRET = Field("webhook_secrets", "secret", ("id",), "webhook_secrets.secret")
COMPARED = Field("comparisons", "prompts", ("id",), "comparison.prompts")
FILE_KEY = Field("files", "key", ("id",), "files.key")
FILENAME = Field("files", "filename", ("id",), "files.filename")
#: In clear it would tell who has a file, or guesses it, that this is the one.
FILE_HASH = Field("files", "sha256", ("id",), "files.sha256")
BATCH_TEMPLATE = Field("batches", "template", ("id",), "batches.template")
SCHEDULE_TEMPLATE = Field("schedules", "template", ("id",), "schedules.template")

FIELDS = (
    REQUEST,
    ANSWER,
    ERROR,
    TEXT,
    TEXT._replace(table="job_checkpoints"),
    ERROR._replace(table="attempts", key=("job", "attempt")),
    Field("mails", "recipient", ("id",), "mails.recipient"),
    Field("mails", "body", ("id",), "mails.body"),
    Field("signing_keys", "private", ("kid",), "signing_keys.private"),
    QUESTION,
    WEBHOOK_SECRET,
    COMPARED,
    FILE_KEY,
    FILENAME,
    FILE_HASH,
    BATCH_TEMPLATE,
    VENDOR_KEY,
    SCHEDULE_TEMPLATE,
)


def event_of(job: str) -> str:
    """The context of an event in a job's log, in Redis: its file keeps what the log has long lost."""
    return f"job.event:{job}"
