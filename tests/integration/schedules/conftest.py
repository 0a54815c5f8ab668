"""Somebody whose schedules this process fires, by the functions that a worker calls."""

from collections.abc import Iterator
from typing import Any

import pytest

from millrace import db, ids
from millrace.identity.actor import Actor
from millrace.identity.caller import Caller
from millrace.identity.permissions import OF_TENANTS
from millrace.schedules import changes, find, firing
from millrace.schedules.changes import Wanted
from millrace.schedules.find import Past
from millrace.schedules.schedule import Schedule
from tests.fakes import s3_server
from tests.platform import Platform

BODY = {"model": "demo", "messages": [{"role": "user", "content": "What is new?"}]}
JOB = {"endpoint": "/v1/chat/completions", "body": BODY, "class": "job", "max_attempts": 3}
HOURLY = "0 * * * *"


class Owner:
    """A tenant with a key."""

    def __init__(self) -> None:
        self.tenant, self.key = ids.new(), ids.new()
        db.call("INSERT INTO tenants (id, name, tier) VALUES (%s, 'owner', 'unlimited')", (self.tenant,))
        made = "INSERT INTO api_keys (id, tenant, name, hash, hint) VALUES (%s, %s, 'key', sha256(%s::bytea), 'x')"
        db.call(made, (self.key, self.tenant, self.key))
        may = frozenset(str(each) for each in OF_TENANTS)
        self.actor = Actor(Caller(self.tenant, may, "unlimited", key=self.key))

    def schedule(self, job: Any = JOB, *, batch: Any = None, missed: str = "once", overlap: str = "allow") -> Schedule:
        """An hourly one."""
        template = {"batch": batch} if batch else {"job": job}
        return changes.make(self.actor, Wanted("hourly", HOURLY, "UTC", None, template, missed, overlap))

    def overdue(self, schedule: Schedule, hours: int = 0) -> None:
        """The clock moves: so many windows, and the last, have passed."""
        hour = "date_trunc('hour', clock_timestamp())"
        due = f"UPDATE schedules SET next_at = {hour} - make_interval(hours => %s) WHERE id = %s"
        db.call(due, (hours, schedule.id))

    def fire(self, schedule: Schedule, hours: int = 0) -> list[Past]:
        self.overdue(schedule, hours)
        firing.round()
        return self.runs(schedule)

    def runs(self, schedule: Schedule) -> list[Past]:
        """Oldest first."""
        return find.runs(schedule, after=None, limit=100)[::-1]

    def jobs(self) -> int:
        return int(db.call("SELECT count(*) FROM jobs WHERE tenant = %s", (self.tenant,))[0][0])

    def now(self, schedule: Schedule) -> Past:
        """Somebody asks for a run, and it is fired."""
        asked = changes.run_now(self.tenant, schedule.id)
        firing.round()
        return next(each for each in self.runs(schedule) if each.id == asked.id)


@pytest.fixture
def owner(here: Platform) -> Owner:
    db.call("DELETE FROM schedules")
    return Owner()


@pytest.fixture(scope="session")
def s3() -> Iterator[s3_server.S3Server]:
    with s3_server.serving() as made:
        yield made
