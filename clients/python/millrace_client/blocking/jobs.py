# Made by unasync.py: change aio/ and run it again.
"""Jobs: submit, look, watch, wait, cancel, ask again."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from millrace_client.blocking.following import follow
from millrace_client.blocking.pages import every
from millrace_client.blocking.transport import Transport
from millrace_client.errors import JobFailed
from millrace_client.request import JOBS, Request, given, once, to
from millrace_client.shapes import Job, JobList, Webhook
from millrace_client.transcript import Event, Transcript, Update

CHAT = "/v1/chat/completions"


class Jobs:
    """`client.jobs`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def submit(
        self,
        body: Mapping[str, Any],
        *,
        endpoint: str = CHAT,
        class_: str | None = None,
        deadline: datetime | None = None,
        run_after: datetime | None = None,
        max_attempts: int | None = None,
        metadata: Mapping[str, str] | None = None,
        webhook: str | Webhook | None = None,
        idempotency_key: str | None = None,
        wait: int = 0,
    ) -> Job:
        """A job with `body`, a request in OpenAI's shape. Accepted means durable; sent twice, it is one job.

        `wait`: seconds (60 at most) for which the answer may take until the job has ended; it then holds `result`.
        """
        fields = given(
            endpoint=endpoint, body=dict(body), class_=class_, deadline=_moment(deadline), run_after=_moment(run_after),
            max_attempts=max_attempts, metadata=metadata, webhook=webhook,
        )  # fmt: skip
        headers = once(idempotency_key) | ({"Prefer": f"wait={wait}"} if wait else {})
        return self._transport.ask(Request("POST", JOBS, body=fields, headers=headers))

    def get(self, id: str) -> Job:
        """Its state; while it waits, its position and when it should start."""
        return self._transport.ask(Request("GET", to(JOBS, id)))

    def list(
        self,
        *,
        status: str | None = None,
        model: str | None = None,
        metadata: Mapping[str, str] | None = None,
        batch: str | None = None,
        after: str | None = None,
        limit: int = 20,
    ) -> JobList:
        """A page, newest first; of a batch, its lines in their order. `after`: the `last_id` of the page before."""
        query = _filters(status, model, metadata, batch) | given(after=after, limit=limit)
        return self._transport.ask(Request("GET", JOBS, query=query))

    def every(
        self,
        *,
        status: str | None = None,
        model: str | None = None,
        metadata: Mapping[str, str] | None = None,
        batch: str | None = None,
    ) -> Iterator[Job]:
        """All of them, newest first, or all lines of a batch; read as they are wanted."""
        return every(self._transport, JOBS, limit=100, **_filters(status, model, metadata, batch))

    def cancel(self, id: str) -> Job:
        """At once while it waits, within a second while it runs. Safe to repeat."""
        return self._transport.ask(Request("POST", to(JOBS, id, "cancel"), safe=True))

    def retry(self, id: str, *, idempotency_key: str | None = None) -> Job:
        """A new job with the same request, which names this one in `retry_of`."""
        return self._transport.ask(Request("POST", to(JOBS, id, "retry"), headers=once(idempotency_key)))

    def result(self, id: str) -> dict[str, Any]:
        """The answer in OpenAI's shape. Raises Conflict while there is none, or when there will be none."""
        return self._transport.ask(Request("GET", to(JOBS, id, "result")))

    def events(self, id: str, *, after: int = 0, timeout: float | None = None) -> Iterator[Event]:
        """Each event once, until the last, through broken connections. `after`: the `seq` of the last one you have."""
        return follow(self._transport, id, after, timeout)

    def text(self, id: str, *, timeout: float | None = None) -> Iterator[Update]:
        """The answer as it grows, from its beginning. Raises JobFailed at an end without an answer, TimedOut."""
        transcript = Transcript()
        for event in self.events(id, timeout=timeout):
            update = transcript.take(event)
            if update is not None:
                yield update
            if event.last and event.type != "succeeded":
                raise JobFailed(self.get(id))

    def wait(self, id: str, *, timeout: float | None = None) -> Job:
        """The job once it has ended, however it did. `timeout` in seconds; raises TimedOut."""
        for _ in self.events(id, timeout=timeout):
            pass
        return self.get(id)


def _filters(
    status: str | None, model: str | None, metadata: Mapping[str, str] | None, batch: str | None
) -> dict[str, Any]:
    plain = given(status=status, model=model, batch=batch)
    return plain | {f"metadata[{name}]": value for name, value in (metadata or {}).items()}


def _moment(given: datetime | None) -> str | None:
    """With a zone: a naive time is this machine's."""
    return given.astimezone().isoformat() if given else None
