"""Counting guesses while Redis is away."""

import pytest
import redis

from millrace.limits import away, guesses, subjects
from millrace.settings import settings


class Away:
    """A client of a Redis that is not there."""

    def pipeline(self, **_: object) -> "Away":
        raise redis.ConnectionError("away")


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom the guesses made here would block."""
    found: list[str] = []
    monkeypatch.setattr(subjects, "_key", lambda: b"k" * 32)
    monkeypatch.setattr(guesses.millrace_redis, "hurried", lambda: Away())
    monkeypatch.setattr(guesses, "_block", found.append)
    monkeypatch.setattr(guesses, "_here", {})
    monkeypatch.setattr(away, "_until", 0.0)
    return found


def test_the_last_allowed_guess_blocks_the_address_and_the_account(blocked: list[str]) -> None:
    for _ in range(settings().most_guesses - 1):
        guesses.failed("203.0.113.7", "someone@example.com")
    assert blocked == []
    guesses.failed("203.0.113.7", "someone@example.com")
    assert blocked == ["address:203.0.113.7", subjects.of_account("someone@example.com")]


def test_one_stale_key_again_and_again_is_no_guessing(blocked: list[str]) -> None:
    for _ in range(3 * settings().most_guesses):
        guesses.failed("203.0.113.7", tried="mr_live_stale")
    assert blocked == []
    for number in range(settings().most_guesses):
        guesses.failed("203.0.113.7", tried=f"mr_live_{number}")
    assert blocked


def test_many_addresses_at_one_account_block_the_account_alone(blocked: list[str]) -> None:
    for number in range(settings().most_guesses):
        guesses.failed(f"203.0.113.{number}", "someone@example.com")
    assert blocked == [subjects.of_account("someone@example.com")]


def test_what_is_counted_here_does_not_grow_without_end(
    blocked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guesses, "COUNTED_HERE", 100)
    for number in range(1000):
        guesses.failed(f"10.0.{number // 250}.{number % 250}", tried="x")
    assert len(guesses._here) <= 101
