"""Schedules: make, list, look, change, pause, resume, run now, delete; and the history of one."""

from typing import Any

from api import pages
from api.auth import caller
from api.identity.asking import actor
from api.operations import operation
from api.schedules import answers, templates
from api.schedules.answers import shown
from api.schedules.shapes import (
    NewSchedule,
    RunInfo,
    RunList,
    ScheduleChange,
    ScheduleInfo,
    ScheduleList,
    ScheduleQuery,
)
from api.shapes import Problem
from millrace import ids
from millrace.identity.permissions import Permission
from millrace.schedules import changes, find
from millrace.schedules.changes import Wanted
from millrace.schedules.schedule import PREFIX, RUN

TAG = "Schedules"


@operation(
    "POST /api/v1/schedules",
    summary="Make a schedule",
    tag=TAG,
    permission=Permission.schedules_write,
    body=NewSchedule,
    answers={201: ScheduleInfo, 403: Problem, 404: Problem, 409: Problem},
)
def create_schedule(body: NewSchedule) -> Any:
    """It runs in your name, with your rights and quotas of that moment. `next_runs` shows what you wrote."""
    template = templates.template(caller().tenant, body)
    when = (body.cron, body.zone, body.every_seconds)
    made = shown(changes.make(actor(), Wanted(body.name, *when, template, body.missed, body.overlap)))
    return made, 201, {"Location": f"/api/v1/schedules/{made.id}"}


@operation(
    "GET /api/v1/schedules",
    summary="List schedules",
    tag=TAG,
    permission=Permission.schedules_read,
    query=ScheduleQuery,
    answers={200: ScheduleList},
)
def list_schedules(query: ScheduleQuery) -> ScheduleList:
    """Newest first."""
    found = find.page(caller().tenant, after=pages.cursor(PREFIX, query.after), limit=query.limit + 1)
    return pages.page(ScheduleList, [shown(each) for each in found], query.limit)


@operation(
    "GET /api/v1/schedules/<id>",
    summary="Look at a schedule",
    tag=TAG,
    permission=Permission.schedules_read,
    answers={200: ScheduleInfo, 404: Problem},
)
def show_schedule(id: str) -> ScheduleInfo:
    """What it asks for, and when next."""
    return shown(find.find(caller().tenant, ids.parse(PREFIX, id)))


@operation(
    "PATCH /api/v1/schedules/<id>",
    summary="Change a schedule",
    tag=TAG,
    permission=Permission.schedules_write,
    body=ScheduleChange,
    answers={200: ScheduleInfo, 403: Problem, 404: Problem},
)
def change_schedule(id: str, body: ScheduleChange) -> ScheduleInfo:
    """What is left out stays. With another `job` or `batch` it runs in your name from then on."""
    found = find.find(caller().tenant, ids.parse(PREFIX, id))
    return shown(changes.change(actor(), found.id, _changed(body)))


def _changed(body: ScheduleChange) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: getattr(body, name) for name in ("name", "zone", "missed", "overlap") if name in body.model_fields_set
    }
    if "cron" in body.model_fields_set:
        given |= {"cron": body.cron, "every": None}
    if "every_seconds" in body.model_fields_set:
        given |= {"cron": None, "every": body.every_seconds}
    template = templates.template(caller().tenant, body)
    return given | ({"template": template} if template else {})


@operation(
    "DELETE /api/v1/schedules/<id>",
    summary="Delete a schedule",
    tag=TAG,
    permission=Permission.schedules_write,
    answers={204: "It does not run any more.", 404: Problem},
)
def delete_schedule(id: str) -> Any:
    """With its history. Jobs and batches that it made stay, and go on."""
    changes.delete(actor(), ids.parse(PREFIX, id))
    return "", 204


@operation(
    "POST /api/v1/schedules/<id>/pause",
    summary="Pause a schedule",
    tag=TAG,
    permission=Permission.schedules_write,
    answers={200: ScheduleInfo, 404: Problem},
)
def pause_schedule(id: str) -> ScheduleInfo:
    """What falls into the pause is not missed: it does not run later either."""
    return shown(changes.pause(actor(), ids.parse(PREFIX, id)))


@operation(
    "POST /api/v1/schedules/<id>/resume",
    summary="Resume a schedule",
    tag=TAG,
    permission=Permission.schedules_write,
    answers={200: ScheduleInfo, 403: Problem, 404: Problem},
)
def resume_schedule(id: str) -> ScheduleInfo:
    """From its next window on, in your name."""
    return shown(changes.resume(actor(), ids.parse(PREFIX, id)))


@operation(
    "POST /api/v1/schedules/<id>/run",
    summary="Run a schedule now",
    tag=TAG,
    permission=Permission.schedules_write,
    rate="inference",
    answers={202: RunInfo, 404: Problem, 409: Problem},
)
def run_schedule(id: str) -> Any:
    """Once, within seconds, also while it is paused. Its windows stay as they are; its runs say what came of it."""
    return answers.run(changes.run_now(caller().tenant, ids.parse(PREFIX, id))), 202


@operation(
    "GET /api/v1/schedules/<id>/runs",
    summary="The history of a schedule",
    tag=TAG,
    permission=Permission.schedules_read,
    query=ScheduleQuery,
    answers={200: RunList, 404: Problem},
)
def list_runs(id: str, query: ScheduleQuery) -> RunList:
    """Newest first, for 90 days: what became of each window, and of the job or batch that it made."""
    schedule = find.find(caller().tenant, ids.parse(PREFIX, id))
    found = find.runs(schedule, after=pages.cursor(RUN, query.after), limit=query.limit + 1)
    return pages.page(RunList, [answers.run(each) for each in found], query.limit)
