"""A worker that answers ping and consumes nothing is noticed, by itself, and replaced, by its supervisor.

Known to happen after a Redis reconnect (celery#8030, #8091, #9191): the consumer is connected and hears nothing.
"""

import os
import socket
import threading
import time

from millrace import db, telemetry
from millrace.errors import DatabaseUnavailable
from millrace.settings import settings
from millrace.webhooks import sweep as webhooks
from tasks import deliver, dispatch
from workers.pools import WEBHOOKS, Pool

log = telemetry.logger(__name__)

#: Leases for which a lane may have work, slots and no claim. The sweep rings every few seconds meanwhile.
PATIENCE = 1.5

_DEAF = """
SELECT l.name FROM lanes l
WHERE l.name = ANY (%s)
AND coalesce(l.claimed_at, '-infinity') < now() - make_interval(secs => %s)
AND EXISTS (
    SELECT 1 FROM flows f WHERE f.lane = l.name AND f.active <> 0 AND flow_work(f.lane, f.tenant) <> 0
)
AND (
    SELECT count(*) FROM jobs j JOIN queues q ON q.id = j.queue
    WHERE j.state = 'running' AND q.lane = l.name
    AND j.process IN (SELECT p.id FROM processes p WHERE p.host = %s AND %s IN (p.pid, p.parent))
) < %s
"""


#: Held while the thread asks the database: a child forked meanwhile would inherit locks that nobody ever opens.
_still = threading.Lock()
os.register_at_fork(before=_still.acquire, after_in_parent=_still.release, after_in_child=_still.release)


def watch(found: Pool) -> None:
    """Look at every renewal, from a thread of this process."""
    threading.Thread(target=_watch, args=(found,), name="health", daemon=True).start()


def _watch(found: Pool) -> None:
    deaf_since: float | None = None
    patience = PATIENCE * settings().lease_seconds
    pause = threading.Event()
    while True:
        pause.wait(settings().renew_seconds)
        try:
            with _still:
                deaf = _deaf(found)
        except DatabaseUnavailable:
            deaf = []
        if not deaf:
            deaf_since = None
        elif deaf_since is None:
            deaf_since = time.monotonic()
        elif time.monotonic() - deaf_since > patience:
            log.error("this worker consumes nothing though there is work; it ends to be replaced", lanes=deaf)
            _leave()


def _deaf(found: Pool) -> list[str]:
    """Lanes of ours that have work, and that we hear nothing of."""
    if found.name == WEBHOOKS:
        return [WEBHOOKS] if not deliver.deliverer.at_work and webhooks.is_due() else []
    return _unclaimed(found)


def _unclaimed(found: Pool) -> list[str]:
    """Lanes of ours with claimable work and free slots that nobody has claimed from for a while."""
    # What is kept for interactive work may well be free while other work waits.
    slots = found.concurrency if found.kind == "prefork" else min(lane.slots - lane.kept for lane in found.lanes)
    names = [lane.name for lane in found.lanes]
    patience = PATIENCE * settings().lease_seconds
    return [row[0] for row in db.call(_DEAF, (names, patience, socket.gethostname(), os.getpid(), slots))]


def _leave() -> None:
    """At once: a consumer that hangs does not take part in a warm shutdown."""
    process = dispatch.process()
    if process is not None:
        process.drain(1.0)
        process.close()
    os._exit(1)
