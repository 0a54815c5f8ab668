"""The three functions of the database that every job goes through, called as the processes call them, and timed."""

import json
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import psycopg2

from millrace import ids
from millrace.db import SERVER_SETTINGS

LANE = "remote.mock"
GROUP = 32

#: Jobs a second at which those that wait have arrived: the order's keys are times, and claims pass dead ones by time.
ARRIVED = 1000.0
BODY = json.dumps({"model": "mock", "messages": [{"role": "user", "content": "What turns the wheel?"}]})

#: What a job without a deadline is ordered by: a day from its submit.
DAY = timedelta(hours=24)

_EMPTY = """
SET LOCAL session_replication_role = replica; -- The ledger refuses to be emptied.
TRUNCATE jobs, job_requests, job_results, ledger_entries, queues, flows, lanes, attempts, webhook_outbox
"""

#: Measured calls by name: (jobs claimed until then, milliseconds).
Times = dict[str, list[tuple[float, float]]]


class Mill:
    """Calls the three functions as the processes do, and keeps the time."""

    def __init__(self, database: str, tenants: int) -> None:
        self._connection = psycopg2.connect(database, options=SERVER_SETTINGS)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        self._cursor.execute(_EMPTY)
        self._tenants = [ids.new() for _ in range(tenants)]
        self._process = ids.new()
        self.times: Times = defaultdict(list)
        self.claimed = 0
        self.waiting = 0

    def _call(self, name: str, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        begun = perf_counter()
        self._cursor.execute(sql, parameters)
        rows = self._cursor.fetchall()
        self.times[name].append((self.claimed, (perf_counter() - begun) * 1000))
        return rows

    def submit(self, jobs: int = GROUP, first_age: float | None = None) -> None:
        """Submit now; or as if they had come one after the other, the first so many seconds ago."""
        items = sorted((self._item() for _ in range(jobs)), key=lambda item: item["tenant"])
        for i, item in enumerate(items if first_age else ()):
            item["deadline"] = (datetime.now(UTC) + DAY - timedelta(seconds=first_age - i / ARRIVED)).isoformat()
        self._call("submit", "SELECT outcome, job FROM submit_jobs(%s, false)", (json.dumps(items),))
        self.waiting += jobs

    def _item(self) -> dict[str, Any]:
        names = {"id": ids.new(), "tenant": random.choice(self._tenants), "lane": LANE, "model": "mock"}
        return names | {
            "class": 1,
            "endpoint": "/v1/chat/completions",
            "body": BODY,
            "stream": False,
            "max_attempts": 3,
            "cost": 1.0,
            "tokens": 100,
        }

    def turn(self) -> None:
        """Submit, claim and settle a group, so that as many wait as before."""
        self.submit()
        claim = "SELECT job, lease FROM claim_jobs(%s, %s, %s, 0, NULL, now())"
        rows = self._call("claim", claim, (LANE, self._process, GROUP))
        assert len(rows) == GROUP, f"claimed {len(rows)} of {self.waiting} waiting"
        ends = [{"id": id, "lease": lease, "state": "succeeded", "body": "{}", "input_tokens": 9} for id, lease in rows]
        settled = self._call("settle", "SELECT job FROM settle_jobs(%s)", (json.dumps(ends),))
        assert len(settled) == GROUP
        self.claimed += GROUP
        self.waiting -= GROUP

    def fill(self, waiting: int) -> None:
        """Until so many wait, the last of them for ten seconds."""
        while (missing := waiting - self.waiting) > 0:
            self.submit(min(500, missing), first_age=10 + missing / ARRIVED)

    def turns(self, count: int) -> Times:
        """Take so many turns; their times."""
        self.times = defaultdict(list)
        for _ in range(count):
            self.turn()
        return self.times

    def close(self) -> None:
        self._connection.close()
