"""`Prefer: wait=n`: the caller stays on the line, and the job's end is told to this process's reply channel."""

import json
import threading
import time
from dataclasses import replace
from typing import Any

from flask import Response, request

from api import job_answers
from api.v1 import caching
from millrace import ids
from millrace.errors import DatabaseUnavailable, InvalidField
from millrace.jobs import find, forget
from millrace.jobs.owner import owner
from millrace.jobs.submit import Submission, submit
from millrace.pubsub import LOOK_AGAIN, Watch, hub
from millrace.streams import channels
from millrace.streams.reader import Reader

#: Seconds that a caller may ask to wait; and between two looks at Postgres, should a reply get lost.
MOST, LOOK = 60.0, 5.0


class Replies:
    """Who waits in this process for which job."""

    def __init__(self) -> None:
        self.process = owner.id
        self._waiters: dict[str, Waiter] = {}
        self._watch: Watch | None = None
        self._lock = threading.Lock()

    def expect(self, job: str) -> "Waiter":
        """Register before the job is submitted: the answer may be faster than the submit's own."""
        with self._lock:
            if self._watch is None:
                self._watch = hub.watch(channels.reply(self.process), hear=self._hear)
        waiter = self._waiters[job] = Waiter()
        return waiter

    def forget(self, job: str) -> None:
        self._waiters.pop(job, None)

    def _hear(self, message: bytes) -> None:
        if message == LOOK_AGAIN:
            for waiter in list(self._waiters.values()):
                waiter.stirred.set()
            return
        settlement = json.loads(message)
        known = self._waiters.get(settlement["id"])
        if known is not None:
            known.settlement = settlement
            known.stirred.set()


class Waiter:
    """One caller on the line."""

    def __init__(self) -> None:
        self.stirred = threading.Event()
        self.settlement: dict[str, Any] | None = None
        #: True once the caller has hung up.
        self.gone = False

    def leave(self) -> None:
        self.gone = True
        self.stirred.set()


replies = Replies()


def preferred_seconds() -> float:
    """What `Prefer: wait=n` asks for, 0 without it. Raises InvalidField."""
    for preference in request.headers.get("Prefer", "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.strip().lower() == "wait":
            try:
                return min(MOST, max(0.0, float(int(value))))
            except ValueError:
                raise InvalidField("Prefer: wait=n needs a whole number of seconds.", param="Prefer") from None
    return 0.0


def submit_and_wait(wanted: Submission, seconds: float) -> Response:
    """200 with the result if the job ends in time, else 202 with the job as it is then."""
    until = time.monotonic() + seconds
    id, begun = ids.new(), time.time()
    wanted.reply_to = replies.process
    waiter = replies.expect(id)
    try:
        made = submit(wanted, id)
        mine = made.new
        ended = has_come(wanted.tenant, id, waiter, until) if mine else others_end(wanted.tenant, made.id, until)
    finally:
        replies.forget(id)
    if ended:
        response = _result(wanted, begun, made.id, waiter)
    else:
        response = job_answers.accepted(wanted, replace(made, new=False))
    response.headers["Preference-Applied"] = f"wait={int(seconds)}"
    return response


def _result(wanted: Submission, begun: float, job: str, waiter: Waiter) -> Response:
    if not wanted.store:
        forget.delivered(wanted.tenant, job)
    if waiter.settlement is not None:
        caching.told(wanted, waiter.settlement)
        return job_answers.replied(wanted, begun, waiter.settlement)
    return job_answers.with_result(find.find(wanted.tenant, job), find.result(wanted.tenant, job)[0])


def has_come(tenant: str, job: str, waiter: Waiter, until: float) -> bool:
    """Wait for a job's end; False when the time is up, or the caller is gone."""
    while waiter.settlement is None:
        left = until - time.monotonic()
        if waiter.gone or left <= 0:
            return not waiter.gone and _has_ended(tenant, job)
        stirred = waiter.stirred.wait(min(left, LOOK))
        waiter.stirred.clear()
        if waiter.settlement is None and not waiter.gone and (stirred or left > LOOK) and _has_ended(tenant, job):
            return True
    return True


def _has_ended(tenant: str, job: str) -> bool:
    try:
        return find.has_ended(tenant, job)
    except DatabaseUnavailable:
        return False


def others_end(tenant: str, job: str, until: float) -> bool:
    """A job that an earlier request made: its events say when it ends."""
    if _has_ended(tenant, job):
        return True
    reader = Reader(tenant, job)
    for _ in reader.follow(until):
        if time.monotonic() >= until:
            break
    return reader.ended
