"""Webhooks: what has ended is told at least once, whoever dies between the settlement and the receiver."""

from collections.abc import Iterator

import pytest

from tests.fakes.webhook_receiver import Receiver
from tests.faults.books import all_end
from tests.faults.strikes import bring_back, kill_all
from tests.machine import wait_for
from tests.platform import Platform

#: Of one receiver: those of other tests are gone, and wait for days.
PENDING = """
SELECT count(*) FROM webhook_deliveries d JOIN webhook_outbox o ON o.id = d.event
WHERE d.state = 'pending' AND o.url = %s
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def test_what_was_settled_is_told_though_all_die_at_that_moment_and_redis_with_them(
    mill: Platform, receiver: Receiver
) -> None:
    url = receiver.url("settled")
    jobs = [mill.submit(f"told {n}", demo={"tokens": 5, "rate": 0}, webhook=url)["id"] for n in range(5)]
    all_end(mill, jobs)
    kill_all(mill, "api", "remote", "sweep", "redis")
    # Nobody has sent anything: what is to be told is in Postgres alone.
    assert receiver.hooks == [] and mill.sql(PENDING, url) == [(5,)]
    bring_back(mill, "redis", "sweep", "webhooks")
    hooks = receiver.wait("settled", 5, 60)
    assert sorted(hook.event["data"]["id"] for hook in hooks) == sorted(jobs)
    wait_for(lambda: mill.sql(PENDING, url) == [(0,)], 20, "the log")
    assert len(receiver.hooks) == 5, "and once, since nobody died while it was sent"


def test_a_sender_killed_in_the_middle_of_its_work_leaves_nothing_untold(mill: Platform, receiver: Receiver) -> None:
    bring_back(mill, "webhooks")
    jobs = [
        mill.submit(f"sent {n}", demo={"tokens": 2, "rate": 0}, webhook=receiver.url("sent"))["id"] for n in range(60)
    ]
    receiver.wait("sent", 20, 60)
    mill.kill("webhooks")
    # The leases of the dead, as if they had run out.
    mill.sql("UPDATE webhook_deliveries SET next_try = now() WHERE state = 'pending'")
    bring_back(mill, "webhooks")
    wait_for(lambda: mill.sql(PENDING, receiver.url("sent")) == [(0,)], 60, "the end")
    assert {hook.event["data"]["id"] for hook in receiver.hooks} == set(jobs)
    assert len({hook.id for hook in receiver.hooks}) == len(jobs)
