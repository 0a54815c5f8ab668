"""Reading jobs: one, or a tenant's list."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Row, Select, any_, literal, select
from sqlalchemy.dialects import postgresql

from millrace import crypto, db
from millrace.crypto import fields
from millrace.errors import NotFound, Unreadable
from millrace.grouping import Grouped
from millrace.tables import job_requests, job_results, jobs, queues
from millrace.tables.jobs import Id

_COLUMNS = (
    jobs.c.id,
    jobs.c.tenant,
    jobs.c.state,
    jobs.c.due,
    jobs.c.key,
    jobs.c.queue,
    jobs.c.attempt,
    jobs.c.failures,
    jobs.c.max_attempts,
    jobs.c.cancel_requested,
    jobs.c.run_after,
    jobs.c.deadline,
    jobs.c.batch,
    jobs.c.created_at,
    jobs.c.started_at,
    jobs.c.finished_at,
    queues.c.lane,
    queues.c["class"].label("of_class"),
    job_requests.c.endpoint,
    job_requests.c.model,
    job_requests.c.metadata,
    job_requests.c.retry_of,
    job_requests.c.custom_id,
    job_requests.c.stream,
    job_requests.c.store,
    job_requests.c.route,
    job_requests.c.webhook,
    job_results.c.error,
    job_results.c.input_tokens,
    job_results.c.output_tokens,
)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its owner may see it, without its bodies. `error` is JSON text."""

    id: str
    tenant: str
    state: str
    due: bool
    key: datetime
    queue: int
    attempt: int
    failures: int
    max_attempts: int
    cancel_requested: bool
    run_after: datetime | None
    deadline: datetime | None
    batch: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    lane: str
    of_class: int
    endpoint: str
    model: str
    metadata: str | None
    retry_of: str | None
    custom_id: str | None
    stream: bool
    store: bool
    route: str | None
    webhook: str | None
    error: str | None
    input_tokens: int | None
    output_tokens: int | None

    @property
    def ended(self) -> bool:
        return self.state not in ("queued", "running")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; `after` is the last job of the page before. `batch`: its lines, else no batch's."""

    status: str | None = None
    model: str | None = None
    metadata: dict[str, str] | None = None
    batch: str | None = None
    after: str | None = None


def _select() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .select_from(jobs)
        .join(job_requests, job_requests.c.job == jobs.c.id)
        .join(queues, queues.c.id == jobs.c.queue)
        .outerjoin(job_results, job_results.c.job == jobs.c.id)
    )


def _compiled(statement: Select[Any]) -> str:
    return str(statement.compile(dialect=postgresql.psycopg2.dialect()))


#: Composed once; polls that fall together are one statement.
_BY_ID = _compiled(_select().where(jobs.c.id == any_(literal(["id"], ARRAY(Id)))))


def find(tenant: str, id: str | None) -> Job:
    """A tenant's job. Raises NotFound, for somebody else's too."""
    found = _find((tenant, id)) if id else None
    if found is None or found.tenant != tenant:
        raise NotFound("No such job.")
    return found


def _find_group(wanted: Sequence[tuple[str, str]]) -> list[Job | None]:
    ids = list({id for _, id in wanted})
    rows = db.call(_BY_ID, {"param_1": ids}, tenants={tenant for tenant, _ in wanted})
    found = {row[0]: _opened(Job(*row)) for row in rows}
    return [found.get(id) for _, id in wanted]


_find = Grouped(_find_group, most=64)


def find_all(tenant: str, filters: Filters, limit: int) -> list[Job]:
    """A tenant's jobs, newest first; or the lines of a batch, in the order of its file."""
    statement = _lines(filters) if filters.batch else _newest(filters)
    statement = statement.where(job_requests.c.tenant == tenant).limit(limit)
    if filters.status:
        statement = statement.where(jobs.c.state == filters.status)
    if filters.model:
        statement = statement.where(job_requests.c.model == filters.model)
    if filters.metadata:
        statement = statement.where(job_requests.c.metadata.contains(filters.metadata))
    with db.transaction(tenants=[tenant]) as connection:
        return [_job(row) for row in connection.execute(statement)]


def _newest(filters: Filters) -> Select[Any]:
    statement = _select().where(job_requests.c.custom_id.is_(None)).order_by(job_requests.c.job.desc())
    return statement.where(job_requests.c.job < filters.after) if filters.after else statement


def _lines(filters: Filters) -> Select[Any]:
    statement = _select().where(jobs.c.batch == filters.batch).order_by(jobs.c.line)
    last = select(jobs.c.line).where(jobs.c.id == filters.after, jobs.c.batch == filters.batch).scalar_subquery()
    return statement.where(jobs.c.line > last) if filters.after else statement


def _job(row: Row[Any]) -> Job:
    found = row._asdict()
    for name in ("metadata", "route", "webhook"):
        if found[name] is not None and not isinstance(found[name], str):
            found[name] = json.dumps(found[name])
    return _opened(Job(**found))


def _opened(job: Job) -> Job:
    """With its error in clear. One that cannot be read must not keep its owner from all the others."""
    if job.error is None:
        return job
    try:
        return replace(job, error=crypto.unseal(job.error, fields.ERROR.of(job.id)))
    except Unreadable as failure:
        return replace(job, error=json.dumps(failure.as_dict()))


def result(tenant: str, job: str) -> tuple[str | None, str | None]:
    """The body and the error of a job that has ended, as JSON texts."""
    statement = "SELECT body, error FROM job_results WHERE job = %s AND tenant = %s"
    rows = db.call(statement, (job, tenant), tenants=[tenant])
    body, error = rows[0] if rows else (None, None)
    return (
        body and crypto.unseal(body, fields.ANSWER.of(job)),
        error and crypto.unseal(error, fields.ERROR.of(job)),
    )


def request_body(tenant: str, job: str) -> str:
    """What was asked, as JSON text."""
    statement = "SELECT body FROM job_requests WHERE job = %s AND tenant = %s"
    sealed = str(db.call(statement, (job, tenant), tenants=[tenant])[0][0])
    return crypto.unseal(sealed, fields.REQUEST.of(job))


def has_ended(tenant: str, job: str) -> bool:
    """True when it is in a terminal state."""
    statement = "SELECT 1 FROM jobs WHERE id = %s AND tenant = %s AND state NOT IN ('queued', 'running')"
    return bool(db.call(statement, (job, tenant), tenants=[tenant]))
