"""From a schedule, or a run of one, to its shape."""

import json
from itertools import islice
from zoneinfo import ZoneInfo

from api.pages import seconds
from api.schedules import templates
from api.schedules.shapes import RunInfo, ScheduleInfo
from millrace import ids
from millrace.batches.batch import PREFIX as BATCH
from millrace.clock import now
from millrace.schedules.find import Past
from millrace.schedules.schedule import PREFIX, RUN, Schedule

#: Windows to come that are shown, so that one sees what one wrote.
NEXT = 5


def shown(schedule: Schedule) -> ScheduleInfo:
    key, user = schedule.api_key, schedule.user_id
    return ScheduleInfo.model_validate(
        {
            "id": ids.show(PREFIX, schedule.id),
            "object": "schedule",
            "name": schedule.name,
            "cron": schedule.cron,
            "zone": schedule.zone,
            "every_seconds": schedule.every,
            **templates.shown(schedule.opened()),
            "missed": schedule.missed,
            "overlap": schedule.overlap,
            "paused": schedule.paused_at is not None,
            "reason": schedule.reason,
            "runs_as": ids.show("key", key) if key else ids.show("user", user or ""),
            "next_runs": _next(schedule),
            "last_at": seconds(schedule.last_at),
            "created_at": seconds(schedule.created_at),
        }
    )


def _next(schedule: Schedule) -> list[str]:
    if schedule.paused_at is not None:
        return []
    zone = ZoneInfo(schedule.zone)
    return [at.astimezone(zone).isoformat(timespec="seconds") for at in islice(schedule.timing.after(now()), NEXT)]


def run(past: Past) -> RunInfo:
    return RunInfo.model_validate(
        {
            "id": ids.show(RUN, past.id),
            "object": "schedule.run",
            "due_at": seconds(past.due_at),
            "asked": past.asked,
            "missed": past.missed,
            "status": past.state,
            "job_id": ids.show("job", past.job) if past.job else None,
            "batch_id": ids.show(BATCH, past.batch) if past.batch else None,
            "result_status": past.status,
            "error": json.loads(past.error) if past.error else None,
            "ended_at": seconds(past.ended_at),
        }
    )
