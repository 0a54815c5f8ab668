"""Jobs and batches that are asked for again and again."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from millrace_client.aio.pages import every
from millrace_client.aio.transport import AsyncTransport
from millrace_client.request import SCHEDULES, Request, given, to
from millrace_client.shapes import Run, RunList, Schedule, ScheduleList


class AsyncSchedules:
    """`client.schedules`."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create(
        self,
        name: str,
        *,
        cron: str | None = None,
        zone: str | None = None,
        every_seconds: int | None = None,
        job: Mapping[str, Any] | None = None,
        batch: Mapping[str, Any] | None = None,
        missed: str | None = None,
        overlap: str | None = None,
    ) -> Schedule:
        """When: `cron` in a `zone`, or `every_seconds`. What: a `job` or a `batch`, as the API takes it.

        `missed`: `once`, `skip` or `all`; `overlap`: `allow`, `skip` or `cancel`.
        """
        body = given(
            name=name, cron=cron, zone=zone, every_seconds=every_seconds, job=job, batch=batch, missed=missed,
            overlap=overlap,
        )  # fmt: skip
        return await self._transport.ask(Request("POST", SCHEDULES, body=body))

    async def change(self, id: str, **fields: Any) -> Schedule:
        """Those fields of `create` that are to be others."""
        return await self._transport.ask(Request("PATCH", to(SCHEDULES, id), body=fields, safe=True))

    async def get(self, id: str) -> Schedule:
        """What it asks for, and when next."""
        return await self._transport.ask(Request("GET", to(SCHEDULES, id)))

    async def list(self, *, after: str | None = None, limit: int = 20) -> ScheduleList:
        """A page, newest first. `after`: the `last_id` of the page before."""
        return await self._transport.ask(Request("GET", SCHEDULES, query=given(after=after, limit=limit)))

    def every(self) -> AsyncIterator[Schedule]:
        """All of them, newest first, read as they are wanted."""
        return every(self._transport, SCHEDULES, limit=100)

    async def pause(self, id: str) -> Schedule:
        """What falls into the pause does not run later either."""
        return await self._transport.ask(Request("POST", to(SCHEDULES, id, "pause"), safe=True))

    async def resume(self, id: str) -> Schedule:
        """From its next window on, in your name."""
        return await self._transport.ask(Request("POST", to(SCHEDULES, id, "resume"), safe=True))

    async def run(self, id: str) -> Run:
        """Once, now, also while it is paused."""
        return await self._transport.ask(Request("POST", to(SCHEDULES, id, "run")))

    async def runs(self, id: str, *, after: str | None = None, limit: int = 20) -> RunList:
        """A page of its history, newest first."""
        query = given(after=after, limit=limit)
        return await self._transport.ask(Request("GET", to(SCHEDULES, id, "runs"), query=query))

    def every_run(self, id: str) -> AsyncIterator[Run]:
        """All of its history, read as it is wanted."""
        return every(self._transport, to(SCHEDULES, id, "runs"), limit=100)

    async def delete(self, id: str) -> None:
        """With its history. What it made stays, and goes on."""
        await self._transport.ask(Request("DELETE", to(SCHEDULES, id)))
