"""Firing: what is due becomes runs, and each run one job or batch. Bears several at once, and dying anywhere."""

from millrace import db
from millrace.errors import Conflict, DatabaseUnavailable, MillraceError, UploadLost
from millrace.schedules import author, batches, jobs, overlap, runs, windows
from millrace.schedules.author import Gone
from millrace.schedules.overlap import Overlaps
from millrace.schedules.runs import Run
from millrace.telemetry import logger

log = logger(__name__)

#: Tries from which on it is not tried: those of TRIES that failed, and of whoever died meanwhile.
DEADLY = 20


class Deadly(Conflict):
    """Whoever tried to make it died, again and again."""

    code = "poison"


_PAUSE = """
UPDATE schedules SET paused_at = clock_timestamp(), reason = %s, next_at = NULL
WHERE id = %s AND api_key IS NOT DISTINCT FROM %s AND user_id IS NOT DISTINCT FROM %s
"""


def round() -> None:
    """Everything that is due now. Raises DatabaseUnavailable."""
    while windows.take():
        pass
    while run := runs.claim():
        fire(run)


def fire(run: Run) -> None:
    """Make what it is for, or say why not. Raises DatabaseUnavailable: its lease brings it back."""
    try:
        if run.tries > DEADLY:
            raise Deadly
        _make(run)
    except Overlaps as overlaps:
        run.ended("skipped", overlaps)
    except Gone as gone:
        _pause(run, gone.message)
        run.ended("failed", gone)
    except DatabaseUnavailable:
        raise
    except UploadLost:
        # Somebody else has it.
        return
    except MillraceError as failure:
        _failed(run, failure)
    except Exception:
        log.exception("a schedule could not be fired", schedule=run.schedule.id)
        _failed(run, MillraceError())


def _make(run: Run) -> None:
    template = run.schedule.opened()
    maker = jobs if "job" in template else batches
    # Whoever made it has died before it could say so.
    made = maker.made_under(run.schedule.tenant, run.key)
    if made is None:
        caller = author.find(run.schedule)
        for permission in author.needed(template):
            caller.need(permission)
        overlap.make_way(run)
        made = maker.make(caller, template, run)
    run.fired(**{"job" if "job" in template else "batch": made})


def _failed(run: Run, failure: MillraceError) -> None:
    """What may pass is tried again."""
    if failure.status >= 500 and not run.last:
        run.again()
    else:
        log.info("a run of a schedule failed", schedule=run.schedule.id, code=failure.code)
        run.ended("failed", failure)


def _pause(run: Run, reason: str) -> None:
    """Unless somebody has taken it over meanwhile."""
    schedule = run.schedule
    db.call(_PAUSE, (reason, schedule.id, schedule.api_key, schedule.user_id))
