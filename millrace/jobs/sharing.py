"""Following the job that asks a model what others ask, too: until its answer is there, or it has come to nothing.

Who follows a job adopts it: it belongs no longer to the caller that began it, and goes on when that caller hangs up.
"""

import threading
import time

from millrace import db
from millrace.cache import exact, flights
from millrace.cache.entry import Entry
from millrace.cache.flights import Flight, Flights
from millrace.errors import DatabaseUnavailable
from millrace.jobs.find import has_ended
from millrace.streams.reader import Reader
from millrace.telemetry import logger

log = logger(__name__)

#: Seconds in which a leader must have been accepted; between the first two looks, and the last ones.
BEGIN, LOOK, LOOK_LAST = 10.0, 0.02, 0.5

#: Seconds that its end is waited for.
MOST = flights.LONGEST

_ADOPT = """
WITH adopted AS (
    UPDATE jobs SET owner = NULL WHERE id = %(job)s AND tenant = %(tenant)s AND owner IS NOT NULL
    AND state IN ('queued', 'running')
)
SELECT 1 FROM jobs WHERE id = %(job)s AND tenant = %(tenant)s
"""


def watch(flight: Flight) -> Entry | None:
    """The answer of a flight's leader, once it is there; None where there will be none."""
    try:
        if not _adopted(flight):
            return None
        flight.begun.set()
        _wait(flight)
        return exact.find(flight.tenant, flight.key)
    except DatabaseUnavailable:
        log.warning("who follows another's call asks for itself: the database is away")
        return None


def _adopted(flight: Flight) -> bool:
    """False where the leader never was accepted."""
    until, pause, wait = time.monotonic() + BEGIN, threading.Event(), LOOK
    while True:
        if db.call(_ADOPT, {"job": flight.leader, "tenant": flight.tenant}, tenants=[flight.tenant]):
            return True
        if flight.landed or time.monotonic() > until or not flights.leads(flight.key, flight.leader):
            return False
        pause.wait(wait)
        wait = min(2 * wait, LOOK_LAST)


def _wait(flight: Flight) -> None:
    if has_ended(flight.tenant, flight.leader):
        return
    until = time.monotonic() + MOST
    for _ in Reader(flight.tenant, flight.leader).follow(until):
        pass


flying = Flights(watch)
