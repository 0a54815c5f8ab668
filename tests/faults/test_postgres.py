"""Postgres: while it is away the API says so, and afterwards everything goes on."""

import threading
from typing import Any

from tests.faults.books import all_end, books_balance
from tests.faults.reader import Reader
from tests.faults.strikes import bring_back
from tests.machine import wait_for
from tests.platform import Platform


class Client(threading.Thread):
    """Asks for everything there is, again and again, and keeps what it was told."""

    def __init__(self, mill: Platform, job: str, process: str) -> None:
        super().__init__(daemon=True)
        self.mill = mill
        self.process = process
        self.told: list[tuple[str, int, Any]] = []
        self.accepted: list[str] = []
        self.done = threading.Event()
        body = {"model": "demo", "messages": [{"role": "user", "content": "hi"}], "demo": {"tokens": 5}}
        self.calls = [
            ("POST", "/api/v1/jobs", {"endpoint": "/v1/chat/completions", "body": body}),
            ("GET", f"/api/v1/jobs/{job}", None),
            ("GET", "/api/v1/jobs?limit=3", None),
            ("GET", f"/api/v1/jobs/{job}/events?after=1", None),
            ("POST", f"/api/v1/jobs/{job}/retry", None),
            ("GET", "/readyz", None),
        ]
        self.start()

    def run(self) -> None:
        while not self.done.is_set():
            for method, path, body in self.calls:
                headers = {"Accept": "application/json"}
                status, _, answer = self.mill.request(method, path, body, headers, self.process)
                self.told.append((f"{method} {path}", status, answer))
                if status == 202 and path == "/api/v1/jobs":
                    self.accepted.append(answer["id"])

    def refused(self) -> list[tuple[str, int, Any]]:
        return [each for each in list(self.told) if each[1] == 503]


def test_while_postgres_is_away_the_api_says_so_and_afterwards_every_job_ends(mill: Platform) -> None:
    streaming = [mill.submit(f"story {n}", demo={"tokens": 80, "rate": 20})["id"] for n in range(3)]
    waiting = [mill.submit(f"wait {n}", demo={"tokens": 20}, body={"model": "narrow"})["id"] for n in range(6)]
    readers = [Reader(mill, id).has_text() for id in streaming]
    clients = [Client(mill, streaming[0], process) for process in ("api", "api-2")]
    wait_for(lambda: all(client.accepted for client in clients), 30, "submits")
    mill.kill("postgres")
    wait_for(lambda: all(len(client.refused()) > 20 for client in clients), 30, "refusals")
    bring_back(mill, "postgres")
    before = [len(client.accepted) for client in clients]
    wait_for(lambda: all(len(c.accepted) > n + 3 for c, n in zip(clients, before, strict=True)), 30, "submits again")
    for client in clients:
        client.done.set()
    for client in clients:
        client.join(30)
    for client in clients:
        _told_clearly(client)
    accepted = [*streaming, *waiting, *[id for client in clients for id in client.accepted]]
    all_end(mill, accepted)
    books_balance(mill, accepted, readers)


def _told_clearly(client: Client) -> None:
    odd = [each for each in client.told if each[1] not in {200, 202, 204, 409, 503}]
    assert odd == [], [line for line in client.mill.log(client.process).splitlines() if "unexpected error" in line]
    for call, _, answer in client.refused():
        if call.endswith("/readyz"):
            assert "does not answer" in answer["checks"]["postgres"]
        else:
            assert answer["code"] == "database_unavailable", (call, answer)
            assert "try again" in answer["detail"]


def test_postgres_killed_twice_while_workers_settle_charges_nobody_twice(mill: Platform) -> None:
    accepted = []
    for turn in range(2):
        for n in range(40):
            demo = {"tokens": 3, "rate": 0, "delay": 0.02 * n}
            accepted.append(mill.submit(f"{turn} {n}", demo=demo)["id"])
        mill.kill("postgres")
        bring_back(mill, "postgres")
    all_end(mill, accepted)
    books_balance(mill, accepted)
