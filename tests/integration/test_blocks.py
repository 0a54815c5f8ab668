"""Guessers are blocked, for longer each time, whatever becomes of Redis; and nobody else is."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from tests.machine import wait_for
from tests.platform import Platform

MOST = 4

_CHECK = """
import sys
from millrace import db
from millrace.errors import Blocked
from millrace.limits import guesses
db.act_as("api")
address, account = sys.argv[2:]
for _ in range(int(sys.argv[1])):
    guesses.failed(f"198.51.100.{_}", account)
if address.startswith("known:"):
    address = address.removeprefix("known:")
    guesses.succeeded(address, account)
try:
    guesses.refuse_blocked(address, account)
    sys.exit(0)
except Blocked as blocked:
    sys.exit(1 if blocked.retry_after <= 900 else 2)
"""


@pytest.fixture(scope="module")
def own() -> Iterator[Platform]:
    """Two API processes behind a proxy that they trust."""
    made = Platform(TRUSTED_PROXIES="127.0.0.1", MOST_GUESSES=str(MOST))
    try:
        yield made.start("api", "api-2")
    finally:
        made.stop()


class Somewhere:
    """An address from which one asks."""

    def __init__(self, platform: Platform, address: str) -> None:
        self.platform = platform
        self.address = address
        self.subject = f"address:{address}"

    def ask(self, key: str = "", process: str = "api") -> tuple[int, dict[str, str], Any]:
        headers = {"X-Forwarded-For": self.address} | ({"Authorization": f"Bearer {key}"} if key else {})
        return self.platform.request("GET", "/api/v1/models", headers=headers, process=process)

    def guess(self, times: int = MOST) -> None:
        for _ in range(times):
            assert self.ask(f"mr_live_{secrets.token_urlsafe(32)}")[0] == 401

    def row(self) -> tuple[int, int]:
        """Its level, and the minutes that are left."""
        minutes = "round(extract(epoch FROM blocked_until - now()) / 60)::int"
        found = self.platform.sql(f"SELECT level, {minutes} FROM blocks WHERE subject = %s", self.subject)
        return found[0]  # type: ignore[return-value]

    def serve_out(self, past: str = "1 second") -> None:
        """As if the block had ended so long ago."""
        end = "UPDATE blocks SET changed_at = clock_timestamp(), blocked_until = now() - %s::interval"
        self.platform.sql(f"{end} WHERE subject = %s", past, self.subject)
        wait_for(lambda: self.ask()[0] == self.ask(process="api-2")[0] == 200, 10, "the block's end")


def test_a_guesser_is_blocked_on_every_process_and_its_neighbour_is_not(own: Platform) -> None:
    guesser, neighbour = Somewhere(own, "203.0.113.1"), Somewhere(own, "203.0.113.2")
    guesser.guess(MOST - 1)
    assert guesser.ask()[0] == 200
    guesser.guess(1)
    status, headers, problem = guesser.ask()
    assert (status, problem["code"]) == (429, "blocked") and 50 < int(headers["retry-after"]) <= 60
    wait_for(lambda: guesser.ask(process="api-2")[0] == 429, 2, "the block on the other process")
    assert neighbour.ask()[0] == neighbour.ask(process="api-2")[0] == 200
    # What needs no key is not withheld.
    assert own.request("GET", "/docs", headers={"X-Forwarded-For": guesser.address})[0] == 200


def test_a_block_grows_fourfold_and_a_quiet_day_forgets_it(own: Platform) -> None:
    guesser = Somewhere(own, "203.0.113.11")
    for level, minutes in ((1, 1), (2, 4), (3, 16)):
        guesser.guess()
        assert guesser.row() == (level, minutes)
        guesser.serve_out()
    own.sql("UPDATE blocks SET level = 20 WHERE subject = %s", guesser.subject)
    guesser.guess()
    assert guesser.row() == (21, 24 * 60)
    guesser.serve_out("25 hours")
    guesser.guess()
    assert guesser.row() == (1, 1)


def test_guesses_that_come_together_make_one_block(own: Platform) -> None:
    guesser = Somewhere(own, "203.0.113.21")
    keys = [f"mr_live_{secrets.token_urlsafe(32)}" for _ in range(20)]
    with ThreadPoolExecutor(20) as crowd:
        list(crowd.map(lambda pair: guesser.ask(pair[1], ("api", "api-2")[pair[0] % 2]), enumerate(keys)))
    assert guesser.row() == (1, 1)


def test_a_client_with_a_stale_key_is_no_guesser(own: Platform) -> None:
    client, stale = Somewhere(own, "203.0.113.31"), f"mr_live_{secrets.token_urlsafe(32)}"
    assert {client.ask(stale)[0] for _ in range(3 * MOST)} == {401}
    assert client.ask()[0] == 200


def test_an_administrator_sees_and_lifts_a_block(own: Platform) -> None:
    guesser = Somewhere(own, "2001:db8:1:2::5")
    guesser.subject = "address:2001:db8:1:2::/64"
    guesser.guess()
    wait_for(lambda: guesser.ask(process="api-2")[0] == 429, 2)
    # Its whole network is.
    assert Somewhere(own, "2001:db8:1:2:ffff::6").ask()[0] == 429
    listed = own.request("GET", "/api/v1/admin/blocks?limit=100")[2]["data"]
    assert [each["level"] for each in listed if each["subject"] == guesser.subject] == [1]
    path = f"/api/v1/admin/blocks/{guesser.subject.replace('/', '%2F')}"
    assert own.request("DELETE", path)[0] == 204
    assert guesser.ask()[0] == 200
    wait_for(lambda: guesser.ask(process="api-2")[0] == 200, 2, "the lifting on the other process")
    assert own.request("DELETE", path)[0] == 404
    acts = own.sql("SELECT act FROM audit_log WHERE target = %s ORDER BY seq", guesser.subject)
    assert acts == [("blocked",), ("block_lifted",)]
    guesser.guess()
    assert guesser.row() == (1, 1)


def test_pages_of_blocks_are_in_order_and_whole(own: Platform) -> None:
    for number in range(5):
        Somewhere(own, f"192.0.2.{number}").guess()
    seen, after = [], ""
    while True:
        page = own.request("GET", f"/api/v1/admin/blocks?limit=2&after={after}")[2]
        seen += [each["subject"] for each in page["data"]]
        if not page["has_more"]:
            break
        after = page["last_id"]
    assert seen == sorted(seen) and {f"address:192.0.2.{number}" for number in range(5)} <= set(seen)
    assert own.request("GET", "/api/v1/admin/blocks?after=%00")[0] == 400
    assert own.request("DELETE", "/api/v1/admin/blocks/%00")[0] == 404


def test_many_addresses_at_one_account_block_it_briefly_and_not_where_its_owner_was_before(own: Platform) -> None:
    def refused(guesses: int, address: str) -> int:
        return own.spawn("-c", _CHECK, str(guesses), address, "owner@example.com").wait(30)

    assert refused(0, "known:203.0.113.50") == 0
    assert refused(MOST, "203.0.113.51") == 1
    assert refused(0, "203.0.113.50") == 0
    for _ in range(4):
        own.sql("UPDATE blocks SET changed_at = now(), blocked_until = now() WHERE subject LIKE 'account:%%'")
        assert refused(MOST, "203.0.113.51") == 1, "longer than a quarter of an hour, or not at all"
    [(subject,)] = own.sql("SELECT subject FROM blocks WHERE subject LIKE 'account:%%'")
    assert "owner" not in subject


def test_sockets_are_refused_too(own: Platform) -> None:
    guesser = Somewhere(own, "203.0.113.61")
    guesser.guess()
    import socketio

    client = socketio.Client(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(
            f"http://127.0.0.1:{own.port}", {"X-Forwarded-For": guesser.address}, {"token": own.key}, ["websocket"]
        )
    client.connect(f"http://127.0.0.1:{own.port}", auth={"token": own.key}, transports=["websocket"])
    client.disconnect()


def test_a_block_outlives_redis_and_guesses_are_counted_without_it(own: Platform) -> None:
    guesser, late = Somewhere(own, "203.0.113.71"), Somewhere(own, "203.0.113.72")
    guesser.guess()
    with redis.Redis.from_url(own.redis_url) as client:
        client.flushall()
    assert guesser.ask()[0] == 429
    own.kill_server("redis")
    assert guesser.ask()[0] == 429
    late.guess()
    assert late.ask()[0] == 429
    own.kill("api")
    own.start_process("api")
    assert guesser.ask()[0] == late.ask()[0] == 429
