"""All of it at once, and anything at any time."""

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any

from tests.faults.books import account, all_end, books_balance, everything
from tests.faults.conftest import REMOTE
from tests.faults.reader import Reader
from tests.faults.strikes import SERVERS, answers, kill_all, mend, supervised
from tests.machine import wait_for
from tests.platform import Platform


def test_the_whole_lot_killed_at_once_and_restarted_ends_every_job_once(mill: Platform) -> None:
    streaming = [mill.submit(f"stream {n}", demo={"tokens": 60, "rate": 30})["id"] for n in range(4)]
    narrow = [mill.submit(f"wait {n}", body={"model": "narrow"}, demo={"tokens": 20})["id"] for n in range(6)]
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    late = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
    later = [mill.submit("later", run_after=soon)["id"]]
    later += [mill.submit("late", run_after=soon, deadline=late, demo={"delay": 60})["id"]]
    readers = [Reader(mill, id, "api", "api-2").has_text() for id in streaming]
    kill_all(mill, *SERVERS, *REMOTE)
    mend(mill, *REMOTE)
    accepted = [*streaming, *narrow, *later]
    all_end(mill, accepted)
    books_balance(mill, accepted, readers)
    assert [account(mill, id)["deaths"] for id in streaming] == [1] * 4


#: Failures that count as attempts, so that the next one succeeds.
FAILURES = ("server_error", "mid_stream", "garbage")


class Client(threading.Thread):
    """Submits what comes to its mind, with a key, until it is told that it is accepted; cancels some of it."""

    def __init__(self, mill: Platform, number: int, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.mill = mill
        self.number = number
        self.chance = chance
        self.accepted: list[str] = []
        self.readers: list[Reader] = []
        self.failure: BaseException | None = None
        self.done = threading.Event()
        self.start()

    def run(self) -> None:
        try:
            for turn in range(100_000):
                if self.done.wait(self.chance.uniform(0.0, 0.15)):
                    return
                kind, request = self._idea()
                job = self._insist("/api/v1/jobs", request, f"{self.number}-{self.chance.random()}")["id"]
                self.accepted.append(job)
                if kind == "watch" and len(self.readers) < 10:
                    self.readers.append(Reader(self.mill, job, *self._either(), seconds=90))
                if turn % 7 == 0:
                    self._insist(f"/api/v1/jobs/{self.chance.choice(self.accepted[-10:])}/cancel", None, None)
        except BaseException as failure:  # noqa: BLE001 - handed to the test
            self.failure = failure

    def _idea(self) -> tuple[str, dict[str, Any]]:
        chance = self.chance
        ideas: dict[str, dict[str, Any]] = {
            "short": {"tokens": 4, "rate": 0},
            "silent": {"tokens": 4, "rate": 0, "delay": 0.1},
            "watch": {"tokens": 40, "rate": 20},
            "retried": {"tokens": 5, "fail": chance.choice(FAILURES), "fail_attempts": 1},
            "refused": {"fail": "bad_request"},
            "late": {"delay": 20},
        }
        kind = chance.choice(["short", "short", "silent", *ideas])
        model = chance.choice(["demo", "demo", "narrow"]) if kind == "short" else "demo"
        body = {"model": model, "messages": [{"role": "user", "content": f"a {kind} one"}], "demo": ideas[kind]}
        request: dict[str, Any] = {"endpoint": "/v1/chat/completions", "body": body}
        request["class"] = chance.choice(["job", "interactive"])
        if kind == "silent":
            body["stream"] = False
        if kind == "late":
            request["deadline"] = (datetime.now(UTC) + timedelta(seconds=chance.uniform(1.5, 4))).isoformat()
        elif chance.random() < 0.1:
            request["run_after"] = (datetime.now(UTC) + timedelta(seconds=chance.uniform(0.2, 3))).isoformat()
        return kind, request

    def _either(self) -> list[str]:
        return self.chance.sample(["api", "api-2"], 2)

    def _insist(self, path: str, request: Any, key: str | None) -> Any:
        """Ask one process or the other until one of them answers."""
        headers = {"Idempotency-Key": key} if key else {}
        while True:
            try:
                status, _, answer = self.mill.request("POST", path, request, headers, self._either()[0])
            except (OSError, HTTPException):
                continue
            if status in (200, 202):
                return answer
            # A deadline may have passed while nobody could be reached.
            if status == 400 and key and answer.get("param") == "deadline":
                request.pop("deadline")
            else:
                assert status == 503, answer
            time.sleep(0.05)


def test_whatever_is_killed_whenever_every_accepted_job_ends_once(mill: Platform) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    clients = [Client(mill, number, random.Random(chance.random())) for number in range(2)]
    wait_for(lambda: all(client.accepted for client in clients), 30, "submits")
    victims: list[str] = []
    with supervised(mill, *REMOTE) as strike:
        end = time.monotonic() + 18
        while time.monotonic() < end:
            victims = victims or chance.sample(["remote", "api-2", "beat", "sweep", "redis", "postgres"], 6)
            time.sleep(chance.uniform(1.0, 2.0))
            print("killed:", victims[-1])
            strike(victims.pop())
        for client in clients:
            client.done.set()
            client.join(30)
            assert client.failure is None, client.failure
        accepted = [id for client in clients for id in client.accepted]
        wait_for(lambda: answers(mill), 30, "the servers")
        found = everything(mill)
        assert set(accepted) <= set(found)
        all_end(mill, found)
    books_balance(mill, accepted, [reader for client in clients for reader in client.readers])
