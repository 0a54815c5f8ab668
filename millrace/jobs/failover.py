"""Failing over: a job whose model is out goes to the next one of its chain, into that one's lane, at no attempt's cost.

The chain was made when the job was accepted (millrace/jobs/route.py), of models that may answer it; what has changed
since (the catalog, local-only mode, what is out) is looked at again here.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg2

from millrace import db
from millrace.catalog.catalog import Catalog, catalog
from millrace.errors import DatabaseUnavailable
from millrace.jobs import bell
from millrace.routing import chain
from millrace.routing.pauses import Pauses, pauses
from millrace.settings import settings
from millrace.telemetry import logger

log = logger(__name__)

#: Jobs that are looked at at a time, and that move in one transaction.
LOOKED_AT, BLOCK = 2_000, 200

_ROUTE = "SELECT route FROM job_requests WHERE job = %s"

_WAITING = """
SELECT j.id, r.route FROM queues q JOIN jobs j ON j.queue = q.id JOIN job_requests r ON r.job = j.id
WHERE q.lane = %s AND q.model = %s AND j.state = 'queued' AND r.route IS NOT NULL AND j.id > %s ORDER BY j.id LIMIT %s
"""

_MOVE = "SELECT job, lane FROM move_jobs(%s)"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a job goes: a model, its lane, and the job's route from now on."""

    model: str
    lane: str
    route: dict[str, Any]


def instead(job: str, model: str, because: str, *, onward: bool = False) -> Target | None:
    """Who answers a job instead of this model; None where nobody can. `onward`: none that it has left before.

    Raises DatabaseUnavailable.
    """
    rows = db.call(_ROUTE, (job,))
    route = json.loads(rows[0][0]) if rows and rows[0][0] else None
    if not route:
        return None
    left = chain.left(route) if onward else frozenset()
    known = Catalog({}, {name: each for name, each in catalog().models.items() if name not in left})
    return _target(route, model, because, known, pauses.look())


def _target(route: dict[str, Any], model: str, because: str, known: Catalog, out: Pauses) -> Target | None:
    def usable(name: str) -> bool:
        found = known.models.get(name)
        if found is None or (found.lane, name) in out:
            return False
        return found.private or not settings().local_only

    name = chain.successor(route, model, usable)
    return Target(name, known.models[name].lane, chain.moved(route, model, because)) if name else None


def drain(lane: str, model: str) -> int:
    """Move what waits for a model that is out, as far as somebody else can answer it; how many jobs moved."""
    known, out = catalog(), pauses.look()
    pause = out.get((lane, model))
    if pause is None or not pause.open:
        return 0
    count, after = 0, "00000000-0000-0000-0000-000000000000"
    while rows := db.call(_WAITING, (lane, model, after, LOOKED_AT)):
        after = rows[-1][0]
        targets = {id: _target(json.loads(route), model, pause.reason, known, out) for id, route in rows}
        items = [_item(id, model, target) for id, target in targets.items() if target]
        count += sum(_moved(items[at : at + BLOCK]) for at in range(0, len(items), BLOCK))
    if count:
        log.info("waiting jobs moved to another model", model=model, jobs=count)
    return count


def _item(job: str, since: str, target: Target) -> dict[str, Any]:
    return {"id": job, "since": since, "model": target.model, "lane": target.lane, "route": target.route}


def _moved(items: Sequence[dict[str, Any]]) -> int:
    """A quota that one of them would overrun keeps that one where it is, and not the others."""
    if not items:
        return 0
    try:
        rows = db.call(_MOVE, (json.dumps(items),))
    except psycopg2.Error as failure:
        if len(items) > 1:
            return sum(_moved([item]) for item in items)
        log.info("a job could not be moved to another model", job=items[0]["id"], code=failure.pgcode)
        return 0
    for lane in {row[1] for row in rows}:
        bell.ring(lane)
    return len(rows)


def drain_beside(lane: str, model: str) -> None:
    """Without keeping the caller; the sweep makes good what goes wrong."""
    threading.Thread(target=_drain, args=(lane, model), name="drain", daemon=True).start()


def _drain(lane: str, model: str) -> None:
    try:
        drain(lane, model)
    except DatabaseUnavailable:
        return
    except Exception:
        log.exception("waiting jobs could not be moved")


def drain_all() -> None:
    """Of every model that is out. For the sweep."""
    for (lane, model), pause in pauses.look().items():
        if pause.open:
            _drain(lane, model)
