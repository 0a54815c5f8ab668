"""A worker that answers ping and consumes nothing is noticed, and ends so that its supervisor replaces it."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from tests.fakes.webhook_receiver import Receiver
from tests.platform import Platform, wait_for

#: Its consumer is told to leave the queue, as a lost one does by itself after some reconnects.
DEAFEN = """
import sys
from millrace import broker
assert broker.app().control.cancel_consumer(sys.argv[1], reply=True, timeout=5)
"""

CATALOG = """
[lanes."local.demo"]
pool = "local"
slots = 2

[[models]]
name = "here"
engine = "demo"
lane = "local.demo"
"""

JOB: dict[str, Any] = {"body": {"model": "here", "demo": {"tokens": 2, "rate": 0}}}


@pytest.fixture(scope="module")
def own() -> Iterator[Platform]:
    made = Platform(LEASE_SECONDS="2", RENEW_SECONDS="0.5", WEBHOOK_ALLOW="127.0.0.1")
    (made.home / "models.toml").write_text(CATALOG)
    try:
        yield made.start("api", "local", "sweep", "beat")
    finally:
        made.stop()


def test_a_worker_that_consumes_nothing_ends_itself_and_its_successor_runs_the_job(own: Platform) -> None:
    first = own.finished(own.submit(**JOB)["id"])
    assert first["status"] == "succeeded"
    own.run("-c", DEAFEN, "local.demo")
    # The dispatcher that is still awake may take jobs for two seconds: submit until one stays.
    own.submit(**JOB)
    wait_for(lambda: _waits(own) or own.processes["local"].poll() is not None, 30, "a job that nobody takes")
    wait_for(lambda: own.processes["local"].poll() is not None, 30, "the deaf worker leaves")
    assert own.processes["local"].returncode == 1
    own.start_process("local")
    assert own.finished(_last(own))["status"] == "succeeded"


def test_a_sender_of_webhooks_that_consumes_nothing_ends_itself_too(own: Platform) -> None:
    """On threads: under eventlet nobody can make it deaf from outside."""
    own.extra |= {"ASYNC_MODE": "threading"}
    own.start_process("webhooks")
    with Receiver() as receiver:
        first = own.submit(**JOB, webhook=receiver.url("heard"))["id"]
        assert receiver.wait("heard")[0].event["data"]["id"] == first
        own.run("-c", DEAFEN, "webhooks")
        with redis.Redis.from_url(own.redis_url) as client:
            listeners = lambda: client.execute_command("PUBSUB", "NUMSUB", "bell:webhooks")[1]  # noqa: E731
            wait_for(lambda: not listeners(), 30, "it falls asleep")
        second = own.submit(**JOB, webhook=receiver.url("heard"))["id"]
        wait_for(lambda: own.processes["webhooks"].poll() is not None, 30, "the deaf worker leaves")
        assert own.processes["webhooks"].returncode == 1 and len(receiver.of("heard")) == 1
        own.start_process("webhooks")
        assert receiver.wait("heard", 2)[1].event["data"]["id"] == second


def _waits(own: Platform) -> bool:
    """True when the newest job is still queued; otherwise another one is submitted."""
    if own.job(_last(own))["status"] == "queued":
        return True
    own.submit(**JOB)
    return False


def _last(own: Platform) -> str:
    return str(own.request("GET", "/api/v1/jobs?limit=1")[2]["data"][0]["id"])
