"""Whose a count is: what one guesser cannot change by moving about."""

import pytest

from millrace.limits import subjects


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "_key", lambda: b"k" * 32)


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("203.0.113.7", "address:203.0.113.7"),
        ("::ffff:203.0.113.7", "address:203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "address:2001:db8:1:2::/64"),
        ("", "address:unknown"),
        ("' OR 1=1", "address:unknown"),
    ],
)
def test_an_ipv6_network_counts_as_one_address(address: str, subject: str) -> None:
    assert subjects.of_address(address) == subject


def test_this_machine_is_known_however_it_is_written() -> None:
    assert all(map(subjects.is_local, ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", ""]))
    assert not any(map(subjects.is_local, ["10.0.0.1", "203.0.113.7", "2001:db8::1"]))


def test_an_account_is_named_by_a_hash_whatever_its_case() -> None:
    named = subjects.of_account("Someone@Example.com ")
    assert named == subjects.of_account("someone@example.com") != subjects.of_account("someone@example.org")
    assert "someone" not in named
