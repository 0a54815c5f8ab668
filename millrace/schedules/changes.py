"""Making schedules, changing, pausing, resuming and deleting them, and asking for a run between two windows."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, text

from millrace import audit, db, ids
from millrace.clock import now
from millrace.errors import Conflict, NotFound
from millrace.identity.actor import Actor
from millrace.schedules import author, find, timing
from millrace.schedules.find import Past
from millrace.schedules.schedule import COLUMNS, PREFIX, Schedule, sealed

#: Schedules of one tenant.
MOST = 200

#: Runs that were asked for and wait.
WAITING = 10

_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 15))")

_COUNT = text("SELECT count(*) FROM schedules WHERE tenant = :tenant")

_FIELDS = (
    "id", "tenant", "name", "cron", "zone", "every", "anchor", "template", "missed", "overlap", "paused_at", "reason",
    "next_at", "last_at", "api_key", "user_id", "created_at",
)  # fmt: skip

_INSERT = text(f"INSERT INTO schedules ({', '.join(_FIELDS)}) VALUES ({', '.join(f':{name}' for name in _FIELDS)})")

_CHANGED = [name for name in _FIELDS if name not in ("id", "tenant", "created_at", "last_at")]

_UPDATE = text(
    f"UPDATE schedules SET {', '.join(f'{name} = :{name}' for name in _CHANGED)} WHERE id = :id AND tenant = :tenant"
)

_LOCKED = text(f"SELECT {COLUMNS} FROM schedules s WHERE s.id = :id AND s.tenant = :tenant FOR UPDATE")

_DELETE = text("DELETE FROM schedules WHERE id = :id AND tenant = :tenant")

_RUN = """
INSERT INTO schedule_runs (id, schedule, tenant, due_at, asked)
SELECT %s, s.id, s.tenant, clock_timestamp(), true FROM schedules s WHERE s.id = %s AND s.tenant = %s
AND (SELECT count(*) FROM schedule_runs r WHERE r.schedule = s.id AND r.state = 'pending' AND r.asked) < %s
RETURNING 1
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new schedule is to be. `template`: `{job: ...}` or `{batch: ...}`."""

    name: str
    cron: str | None
    zone: str
    every: int | None
    template: dict[str, Any]
    missed: str
    overlap: str


def make(actor: Actor, wanted: Wanted) -> Schedule:
    """In the caller's name. Raises InvalidField, Forbidden, Conflict where there are MOST."""
    _may(actor, wanted.template)
    caller, id, moment = actor.caller, ids.new(), now()
    given = (wanted.cron, wanted.zone, wanted.every, moment, sealed(id, wanted.template), wanted.missed, wanted.overlap)
    whose = (caller.key, None if caller.key else caller.user)
    made = _timed(Schedule(id, caller.tenant, wanted.name, *given, None, None, None, None, *whose, moment))
    with db.transaction(tenants=[caller.tenant]) as connection:
        connection.execute(_TURN, {"tenant": caller.tenant})
        if connection.execute(_COUNT, {"tenant": caller.tenant}).scalar_one() >= MOST:
            raise Conflict(f"A tenant may have {MOST} schedules. Delete one first.")
        connection.execute(_INSERT, _row(made))
        actor.note(connection, audit.Act.schedule_created, ids.show(PREFIX, id))
    return made


def change(actor: Actor, id: str | None, wanted: dict[str, Any]) -> Schedule:
    """`wanted`: some of Wanted's fields. Whoever changes what is asked is the one in whose name it is from then on.

    Raises NotFound, InvalidField, Forbidden.
    """
    if "template" in wanted:
        _may(actor, wanted["template"])
    with db.transaction(tenants=[actor.caller.tenant]) as connection:
        found = _locked(connection, actor, id)
        given = dict(wanted)
        if "template" in given:
            given["template"] = sealed(found.id, given["template"])
            given |= _in_the_name_of(actor)
        made = replace(found, **given)
        if {"cron", "zone", "every"} & set(given):
            made = _timed(replace(made, anchor=now()))
        connection.execute(_UPDATE, _row(made))
        actor.note(connection, audit.Act.schedule_changed, ids.show(PREFIX, found.id), changed=sorted(wanted))
    return made


def pause(actor: Actor, id: str | None) -> Schedule:
    """No window fires. Safe to repeat. Raises NotFound."""
    with db.transaction(tenants=[actor.caller.tenant]) as connection:
        found = _locked(connection, actor, id)
        if found.paused_at is None:
            found = replace(found, paused_at=now(), next_at=None)
            connection.execute(_UPDATE, _row(found))
            actor.note(connection, audit.Act.schedule_paused, ids.show(PREFIX, found.id))
    return found


def resume(actor: Actor, id: str | None) -> Schedule:
    """From the next window on, in the name of whoever resumes it. Safe to repeat. Raises NotFound, Forbidden."""
    with db.transaction(tenants=[actor.caller.tenant]) as connection:
        found = _locked(connection, actor, id)
        if found.paused_at is not None:
            _may(actor, found.opened())
            found = _timed(replace(found, paused_at=None, reason=None, **_in_the_name_of(actor)))
            connection.execute(_UPDATE, _row(found))
            actor.note(connection, audit.Act.schedule_resumed, ids.show(PREFIX, found.id))
    return found


def delete(actor: Actor, id: str | None) -> None:
    """With its history; the jobs and batches stay. Raises NotFound."""
    with db.transaction(tenants=[actor.caller.tenant]) as connection:
        found = _locked(connection, actor, id)
        connection.execute(_DELETE, {"id": found.id, "tenant": found.tenant})
        actor.note(connection, audit.Act.schedule_deleted, ids.show(PREFIX, found.id))


def run_now(tenant: str, id: str | None) -> Past:
    """A run at this moment, by all the rules of one that is due. Raises NotFound, Conflict."""
    schedule, run = find.find(tenant, id), ids.new()
    if not db.call(_RUN, (run, schedule.id, tenant, WAITING), tenants=[tenant]):
        raise Conflict(f"{WAITING} runs of this schedule wait already.")
    return next(each for each in find.runs(schedule, after=None, limit=WAITING) if each.id == run)


def _may(actor: Actor, template: dict[str, Any]) -> None:
    for permission in author.needed(template):
        actor.caller.need(permission)


def _in_the_name_of(actor: Actor) -> dict[str, Any]:
    caller = actor.caller
    return {"api_key": caller.key, "user_id": None if caller.key else caller.user}


def _timed(schedule: Schedule) -> Schedule:
    """With its next window, from this moment on. Raises InvalidField."""
    timing.check(schedule.timing)
    return schedule if schedule.paused_at else replace(schedule, next_at=schedule.timing.next(now()))


def _locked(connection: Connection, actor: Actor, id: str | None) -> Schedule:
    rows = connection.execute(_LOCKED, {"id": id, "tenant": actor.caller.tenant}).all() if id else []
    if not rows:
        raise NotFound("No such schedule.")
    return Schedule(*rows[0])


def _row(schedule: Schedule) -> dict[str, Any]:
    return {name: getattr(schedule, name) for name in _FIELDS}
