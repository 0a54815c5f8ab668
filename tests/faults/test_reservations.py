"""Quotas under fire: whatever is killed, nothing more than fits is admitted, and nothing stays reserved."""

import random
import subprocess
import threading
import time
import uuid
from http.client import HTTPException
from typing import Any

import pytest

from tests.faults.books import all_end, everything
from tests.faults.conftest import REMOTE
from tests.faults.strikes import bring_back, kill_all, mend, supervised
from tests.machine import wait_for
from tests.payer import CHECK, INPUT, OUTPUT, Payer
from tests.platform import Platform

FIT = 60


@pytest.fixture
def payer(mill: Platform) -> Payer:
    mill.sql(
        "INSERT INTO prices (model, input_nanos, output_nanos, valid_from) "
        "SELECT 'demo', %s, %s, '2020-01-01' ON CONFLICT DO NOTHING",
        INPUT, OUTPUT,
    )  # fmt: skip
    return Payer(mill)


def reserved(mill: Platform) -> int:
    return int(mill.sql("SELECT coalesce(sum(reserved), 0) FROM quota_balances")[0][0])


def check(mill: Platform) -> int:
    """As an operator asks for it."""
    return mill.spawn("-m", "millrace.ledger", "check", stdout=subprocess.DEVNULL).wait(60)


def charged(payer: Payer) -> int:
    """How many jobs it has, each of which must have an entry."""
    statement = "SELECT count(*), count(l.job) FROM jobs j LEFT JOIN ledger_entries l ON l.job = j.id"
    jobs, entries = payer.platform.sql(f"{statement} WHERE j.tenant = %s", payer.tenant)[0]
    assert jobs == entries
    return int(jobs)


class Crowd(threading.Thread):
    """Submits through either door, each job with a key, until it is told whether it was admitted."""

    def __init__(self, payer: Payer, chance: random.Random, done: threading.Event) -> None:
        super().__init__(daemon=True)
        self.payer, self.chance, self.done = payer, chance, done
        self.admitted: list[str] = []
        self.refused = 0
        self.start()

    def run(self) -> None:
        while not self.done.wait(self.chance.uniform(0, 0.05)):
            demo = {"tokens": self.chance.randrange(1, 12), "rate": self.chance.choice([0, 40])}
            body = {"model": "demo", "messages": [{"role": "user", "content": "four"}], "max_tokens": 12, "demo": demo}
            status, answer = self._insist({"endpoint": "/v1/chat/completions", "body": body}, str(uuid.uuid4()))
            if status == 429:
                self.refused += 1
                continue
            self.admitted.append(answer["id"])
            if self.chance.random() < 0.2:
                self._insist(None, None, f"/{answer['id']}/cancel")

    def _insist(self, body: Any, key: str | None, path: str = "") -> tuple[int, Any]:
        while True:
            process = self.chance.choice(["api", "api-2"])
            headers = {"Idempotency-Key": key} if key else {}
            try:
                found = self.payer.ask("POST", f"/api/v1/jobs{path}", body, headers=headers, process=process)
            except (OSError, HTTPException):
                continue
            if found[0] in (200, 202, 429):
                return found
            assert found[0] == 503, found
            time.sleep(0.05)


def test_killed_doors_workers_and_servers_leave_nothing_reserved_and_admit_no_more_than_fits(
    mill: Platform, payer: Payer
) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    hard = payer.quota("requests", FIT)
    for unit in ("tokens", "nanos"):
        for scope in ({}, {"api_key": payer.key}, {"model": "demo"}):
            payer.quota(unit, 10**15, **scope)
    done = threading.Event()
    crowd = [Crowd(payer, random.Random(chance.random()), done) for _ in range(4)]
    with supervised(mill, *REMOTE) as strike:
        for victim in ("api", "remote", "api-2", "postgres", "remote", "api"):
            time.sleep(chance.uniform(0.5, 1.5))
            strike(victim)
        wait_for(lambda: sum(each.refused for each in crowd) > 20, 60, "a used-up quota")
        done.set()
        for each in crowd:
            each.join(30)
            assert not each.is_alive()
        all_end(mill, everything(mill))
    admitted = [id for each in crowd for id in each.admitted]
    used, left = payer.balance(hard)
    assert used <= FIT and left == 0 == reserved(mill)
    # Each was charged once; and a job that nobody was told of there is none.
    assert charged(payer) == len(set(admitted))
    assert payer.balances() and check(mill) == 0


def test_everything_killed_with_work_in_every_state_and_the_books_balance(mill: Platform, payer: Payer) -> None:
    quotas = [payer.quota(unit, 10**15) for unit in ("requests", "tokens", "nanos")]
    jobs = [payer.submit(demo={"tokens": 150, "rate": 30}, max_tokens=150)[1]["id"] for _ in range(4)]
    jobs += [payer.submit("narrow", demo={"tokens": 20, "rate": 10}, max_tokens=20)[1]["id"] for _ in range(6)]
    wait_for(lambda: len(mill.sql("SELECT 1 FROM jobs WHERE tenant = %s AND state = 'running'", payer.tenant)) >= 5, 20)
    for id in (jobs[0], jobs[-1]):
        payer.ask("POST", f"/api/v1/jobs/{id}/cancel")
    kill_all(mill, "postgres", "redis", *REMOTE)
    bring_back(mill, "postgres")
    # In mid-air, too: what is reserved is what has not ended.
    assert payer.balances() and payer.balance(quotas[0])[1] > 0
    mend(mill, *REMOTE)
    all_end(mill, jobs)
    assert charged(payer) == len(jobs)
    assert [payer.balance(quota)[1] for quota in quotas] == [0, 0, 0]
    assert mill.sql(f"{CHECK} WHERE b.tenant = %s", payer.tenant) == []
