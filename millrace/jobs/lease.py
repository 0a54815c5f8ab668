"""The lease: one row per process that runs jobs, good for 30 s by the database's clock, renewed every 10 s."""

import json
import os
import socket
from dataclasses import dataclass
from typing import Any

from millrace import db
from millrace.settings import settings

_OPEN = """
INSERT INTO processes (id, kind, host, pid, parent, lanes, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, now() + make_interval(secs => %s)) ON CONFLICT (id) DO NOTHING
"""

_RENEW = """
UPDATE processes SET expires_at = now() + make_interval(secs => %s), measured = %s WHERE id = %s RETURNING id
"""

_HELD = "SELECT id, lease, cancel_requested FROM jobs WHERE process = %s AND state = 'running'"


@dataclass(frozen=True, slots=True)
class Held:
    """A running job that the database believes to be ours."""

    id: str
    lease: str
    cancel_requested: bool


def open(process: str, kind: str, lanes: list[str]) -> None:
    """Register a process. From now on it must renew, or what it runs is given to others."""
    parameters = (process, kind, socket.gethostname(), os.getpid(), os.getppid(), lanes, settings().lease_seconds)
    db.call(_OPEN, parameters)


def serve(process: str, lane: str) -> None:
    """A process takes one more lane."""
    db.call("UPDATE processes SET lanes = array_append(lanes, %s) WHERE id = %s", (lane, process))


def renew(process: str, measured: dict[str, Any]) -> bool:
    """Stay alive; False when the sweep has declared us dead. `measured`: by lane, see `millrace.jobs.gauge`."""
    return bool(db.call(_RENEW, (settings().lease_seconds, json.dumps(measured), process)))


def tell(process: str, measured: dict[str, Any]) -> None:
    """Write what was measured, between renewals: those who wait want to know."""
    db.call("UPDATE processes SET measured = %s WHERE id = %s", (json.dumps(measured), process))


def held(process: str) -> list[Held]:
    """What the database believes us to run: brings cancels whose publication was lost, and claims we never heard of."""
    return [Held(*row) for row in db.call(_HELD, (process,))]


def close(process: str) -> None:
    """Leave: nothing of ours runs any more."""
    db.call("DELETE FROM processes WHERE id = %s", (process,))
