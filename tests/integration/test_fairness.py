"""Fairness, on the SQL that runs in production: the claims of a lane, with a clock of our own and nobody else about."""

import json
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg2.extras
import pytest

from tests.platform import Platform

INTERACTIVE, JOB, BATCH = 0, 1, 2


@dataclass(frozen=True)
class Claimed:
    id: str
    tenant: str
    of_class: int
    model: str


class Lane:
    """One lane of its own: submit to it, claim from it."""

    def __init__(self, database: Platform) -> None:
        self.database = database
        self.name = f"test.{uuid.uuid4().hex[:8]}"
        self.connection = self.connect()

    def connect(self) -> Any:
        connection = self.database.connect("millrace")
        connection.autocommit = True
        psycopg2.extras.register_uuid(conn_or_curs=connection)
        return connection

    def ask(self, statement: str, *parameters: Any, connection: Any = None) -> list[tuple[Any, ...]]:
        with (connection or self.connection).cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def tenant(self, weight: float = 1.0) -> str:
        id = str(uuid.uuid4())
        self.ask("INSERT INTO tenants (id, name, weight) VALUES (%s, 'x', %s)", id, weight)
        return id

    def submit(self, tenant: str, count: int = 1, of_class: int = JOB, **fields: Any) -> list[str]:
        """`count` jobs alike; their ids."""
        items = [
            {
                "id": str(uuid.uuid4()), "tenant": tenant, "lane": self.name, "class": of_class, "model": "m",
                "endpoint": "/v1/chat/completions", "body": "{}", "stream": False, "max_attempts": 3, "cost": 1.0,
                "tokens": 0,
            }
            | fields
            for _ in range(count)
        ]  # fmt: skip
        for at in range(0, count, 5000):
            self.ask("SELECT submit_jobs(%s, false)", json.dumps(items[at : at + 5000]))
        return [str(item["id"]) for item in items]

    def claim(
        self, slots: int, kept: int = 0, corrections: dict[str, float] | None = None,
        at: datetime | None = None, connection: Any = None,
    ) -> list[Claimed]:  # fmt: skip
        spent = [{"tenant": tenant, "seconds": seconds} for tenant, seconds in (corrections or {}).items()]
        rows = self.ask(
            "SELECT job, tenant, class, model FROM claim_jobs(%s, %s, %s, %s, %s, coalesce(%s, now()))",
            self.name, str(uuid.uuid4()), slots, kept, json.dumps(spent) if spent else None, at,
            connection=connection,
        )  # fmt: skip
        return [Claimed(str(job), str(tenant), of_class, model) for job, tenant, of_class, model in rows]

    def claim_all(self, total: int, block: int) -> list[Claimed]:
        found: list[Claimed] = []
        while len(found) < total:
            got = self.claim(min(block, total - len(found)))
            assert got, f"the lane ran dry at {len(found)}"
            found += got
        return found


@pytest.fixture
def lane(database: Platform) -> Iterator[Lane]:
    made = Lane(database)
    yield made
    made.connection.close()


@pytest.mark.parametrize("block", [64, 5])
def test_two_hundred_tenants_share_by_weight(lane: Lane, block: int) -> None:
    weights = {lane.tenant(weight): weight for weight in (1, 2, 3, 4) for _ in range(50)}
    for tenant, weight in weights.items():
        lane.submit(tenant, 7 * weight)
    rounds = 4
    got = Counter(claimed.tenant for claimed in lane.claim_all(rounds * sum(weights.values()), block))
    for weight in (1, 2, 3, 4):
        share = sum(count for tenant, count in got.items() if weights[tenant] == weight) / 50
        assert share == pytest.approx(rounds * weight, rel=0.1)
    # And each one by itself, to within a job of a round.
    assert all(abs(got[tenant] - rounds * weight) <= weight + 1 for tenant, weight in weights.items())


def test_twenty_thousand_waiting_jobs_do_not_delay_a_newcomer(lane: Lane) -> None:
    big, small = lane.tenant(), lane.tenant()
    lane.submit(big, 20_000, BATCH)
    lane.claim_all(500, 64)
    lane.submit(small, 1, BATCH)
    assert small in [claimed.tenant for claimed in lane.claim(2)]
    # And once both wait, they take turns.
    lane.submit(small, 40, BATCH)
    got = Counter(claimed.tenant for claimed in lane.claim_all(40, 8))
    assert abs(got[small] - 20) <= 2


def test_a_newcomer_is_seen_after_the_lane_ran_empty(lane: Lane) -> None:
    first, second = lane.tenant(), lane.tenant()
    lane.submit(first, 3)
    assert len(lane.claim(10)) == 3
    assert lane.claim(10, corrections={first: 100.0}) == []
    lane.submit(second, 2, INTERACTIVE)
    assert len(lane.claim(1)) == 1
    assert len(lane.claim(0, kept=1)) == 1


def test_a_tenant_that_slept_has_saved_nothing_up(lane: Lane) -> None:
    busy, idle = lane.tenant(), lane.tenant()
    lane.submit(busy, 400)
    lane.submit(idle, 1)
    lane.claim_all(200, 16)
    lane.submit(idle, 200)
    got = Counter(claimed.tenant for claimed in lane.claim_all(100, 10))
    assert abs(got[idle] - 50) <= 3


def test_a_tenant_that_slept_still_owes(lane: Lane) -> None:
    debtor, other = lane.tenant(), lane.tenant()
    lane.submit(debtor, 1)
    assert len(lane.claim(4)) == 1
    assert lane.claim(4, corrections={debtor: 30.0}) == []
    lane.submit(other, 100)
    lane.submit(debtor, 100)
    got = [claimed.tenant for claimed in lane.claim_all(60, 6)]
    assert set(got[:24]) == {other}
    assert Counter(got)[debtor] == pytest.approx(15, abs=3)


def test_nobody_starves(lane: Lane) -> None:
    """One of little weight, among twenty of much who always have more."""
    heavy = [lane.tenant(4.0) for _ in range(20)]
    light = lane.tenant(0.5)
    for tenant in heavy:
        lane.submit(tenant, 120, INTERACTIVE)
    mine = lane.submit(light, 10, BATCH)
    got = [claimed.id for claimed in lane.claim_all(1000, 16)]
    places = [at for at, id in enumerate(got) if id in set(mine)]
    # Its part is a job in 161; the first goes at once.
    assert places[0] <= 21
    assert len(places) >= 6
    assert max(b - a for a, b in pairwise(places)) <= 2 * 161


def test_the_classes_of_a_tenant_share_sixteen_to_four_to_one(lane: Lane) -> None:
    tenant = lane.tenant()
    for of_class in (INTERACTIVE, JOB, BATCH):
        lane.submit(tenant, 400, of_class)
    got = Counter(claimed.of_class for claimed in lane.claim_all(420, 16))
    assert got[INTERACTIVE] == pytest.approx(320, rel=0.1)
    assert got[JOB] == pytest.approx(80, rel=0.1)
    assert got[BATCH] == pytest.approx(20, rel=0.1)


def test_inside_a_class_the_earliest_deadline_goes_first(lane: Lane) -> None:
    tenant = lane.tenant()
    now = datetime.now(UTC)
    hours = list(range(1, 21))
    random.Random(7).shuffle(hours)
    due = {lane.submit(tenant, deadline=(now + timedelta(hours=n)).isoformat())[0]: n for n in hours}
    without = lane.submit(tenant)[0]
    far = lane.submit(tenant, deadline=(now + timedelta(hours=48)).isoformat())[0]
    got = [claimed.id for block in (5, 1, 3, 64) for claimed in lane.claim(block)]
    # Who names no deadline counts as due in a day, so that it cannot be starved by those who do.
    assert got == [*sorted(due, key=lambda id: due[id]), without, far]


def test_a_paused_model_is_skipped_and_comes_back(lane: Lane) -> None:
    one, two = lane.tenant(), lane.tenant()
    lane.submit(one, 4, model="away")
    lane.submit(two, 4, model="away")
    lane.submit(two, 2, model="here")
    pause = "INSERT INTO model_pauses (lane, model, until, failures, reason) VALUES (%s, 'away', %s, 1, 'x')"
    now = datetime.now(UTC)
    lane.ask(pause, lane.name, now + timedelta(minutes=5))
    assert [claimed.model for claimed in lane.claim(20, at=now)] == ["here", "here"]
    assert lane.claim(20, at=now) == []
    # The pause ends; what slept over it is woken by the sweep.
    lane.ask("UPDATE model_pauses SET until = now() - interval '1 s' WHERE lane = %s", lane.name)
    assert (lane.name,) in lane.ask("SELECT lane FROM mend_lanes()")
    got = lane.claim(20)
    assert Counter(claimed.tenant for claimed in got) == {one: 4, two: 4}


def test_a_paused_queue_waits_and_others_go_on(lane: Lane) -> None:
    tenant = lane.tenant()
    lane.submit(tenant, 3, BATCH, model="a")
    lane.submit(tenant, 3, BATCH, model="b")
    lane.ask("UPDATE queues SET paused = true WHERE lane = %s AND model = 'a'", lane.name)
    assert [claimed.model for claimed in lane.claim(10)] == ["b"] * 3
    assert lane.claim(10) == []
    lane.ask("UPDATE queues SET paused = false WHERE lane = %s", lane.name)
    lane.ask("SELECT mend_lanes()")
    assert [claimed.model for claimed in lane.claim(10)] == ["a"] * 3


def test_kept_slots_are_for_interactive_work_only(lane: Lane) -> None:
    one, two = lane.tenant(), lane.tenant()
    lane.submit(one, 20, BATCH)
    lane.submit(two, 20, JOB)
    assert lane.claim(0, kept=8) == []
    mine = lane.submit(one, 2, INTERACTIVE)
    assert sorted(claimed.id for claimed in lane.claim(0, kept=8)) == sorted(mine)
    lane.submit(two, 3, INTERACTIVE)
    got = lane.claim(4, kept=8)
    assert len(got) <= 4 + 3 and Counter(claimed.of_class for claimed in got)[INTERACTIVE] == 3
    assert sum(claimed.of_class != INTERACTIVE for claimed in got) <= 4


def test_who_cost_more_than_expected_goes_later_and_who_cost_less_sooner(lane: Lane) -> None:
    a, b = lane.tenant(), lane.tenant(2.0)
    lane.submit(a, 200)
    lane.submit(b, 200)
    lane.claim_all(30, 5)
    # Ten slot-seconds too little were expected of a: by weight, b is owed twenty.
    got = [claimed.tenant for claimed in lane.claim(10, corrections={a: 10.0}) + lane.claim_all(20, 10)]
    assert Counter(got[:18])[b] >= 17
    even = Counter(claimed.tenant for claimed in lane.claim_all(30, 10))
    assert even[b] == pytest.approx(20, abs=4)
    got = [claimed.tenant for claimed in lane.claim(10, corrections={a: -8.0})]
    assert Counter(got)[a] >= 7


def test_a_cost_is_what_a_job_moves_its_tenant_on_by(lane: Lane) -> None:
    dear, cheap = lane.tenant(), lane.tenant()
    lane.submit(dear, 100, cost=4.0)
    lane.submit(cheap, 100, cost=1.0)
    got = Counter(claimed.tenant for claimed in lane.claim_all(50, 10))
    assert got[dear] == pytest.approx(10, abs=2)


def test_claimers_at_the_same_time_never_claim_the_same_job_and_forget_none(lane: Lane) -> None:
    tenants = [lane.tenant(weight) for weight in (1, 2, 3)]
    submitted = [id for tenant in tenants for id in lane.submit(tenant, 200)]

    def work(seed: int) -> list[str]:
        connection = lane.connect()
        try:
            mine, dry = [], 0
            chance = random.Random(seed)
            while dry < 3:
                got = lane.claim(chance.randint(1, 40), chance.randint(0, 2), connection=connection)
                mine += [claimed.id for claimed in got]
                dry = 0 if got else dry + 1
            return mine
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(work, seed) for seed in range(5)]
        # More comes while they are at it.
        submitted += [id for tenant in tenants for _ in range(10) for id in lane.submit(tenant, 5)]
        claimed = [id for future in futures for id in future.result(60)]
    while got := lane.claim(64):
        claimed += [each.id for each in got]
    assert len(claimed) == len(set(claimed))
    assert set(claimed) == set(submitted)


def test_a_lane_that_nobody_ever_used_has_nothing(lane: Lane) -> None:
    assert lane.claim(10, kept=10, corrections={str(uuid.uuid4()): 1.0}) == []
