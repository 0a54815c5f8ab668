"""Schedules, and their runs."""

from typing import Any, TypedDict

from millrace_client.shapes.jobs import Error
from millrace_client.shapes.pages import Page


class Schedule(TypedDict):
    """What is asked again and again, and when. `job` or `batch` as it was given, without secrets."""

    id: str
    name: str
    cron: str | None
    zone: str
    every_seconds: int | None
    job: dict[str, Any] | None
    batch: dict[str, Any] | None
    missed: str
    overlap: str
    paused: bool
    reason: str | None
    runs_as: str
    next_runs: list[str]
    last_at: int | None
    created_at: int


class ScheduleList(Page):
    """A page of schedules."""

    data: list[Schedule]


class Run(TypedDict):
    """A window, and what became of it: `job_id` or `batch_id`, and in `result_status` how that is now."""

    id: str
    due_at: int
    asked: bool
    missed: int
    status: str
    job_id: str | None
    batch_id: str | None
    result_status: str | None
    error: Error | None
    ended_at: int | None


class RunList(Page):
    """A page of runs."""

    data: list[Run]
