"""The keys that sign: which one does, when the next is made, and how often the table is read."""

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from millrace import crypto, db
from millrace.identity import signing

DAY = 86_400.0

KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = (
    KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
)


class Table:
    """signing_keys, and a clock that both the database and we go by."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.rows: list[tuple[str, str, str, float, float]] = []
        self.read = self.made = 0

    def time(self) -> float:
        return self.now

    monotonic = time

    def add(self, kid: str, signs_from: float, signs_until: float) -> None:
        self.rows.append((kid, PUBLIC, kid, self.now + signs_from, self.now + signs_until))

    def call(self, sql: str) -> list[Any]:
        self.read += 1
        return list(self.rows)

    def make(self) -> None:
        self.made += 1
        last = max((row[4] for row in self.rows), default=self.now)
        self.rows.append((f"made{self.made}", PUBLIC, "", last, last + 30 * DAY))


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    made = Table()
    monkeypatch.setattr(signing, "time", made)
    monkeypatch.setattr(signing, "_known", {})
    monkeypatch.setattr(signing, "_looked", float("-inf"))
    monkeypatch.setattr(signing, "_make", made.make)
    monkeypatch.setattr(signing, "_private", lambda kid, sealed: KEY)
    monkeypatch.setattr(db, "call", made.call)
    monkeypatch.setattr(crypto, "unseal", lambda text, context: text)
    yield made


def test_the_first_key_is_made_by_who_needs_it(table: Table) -> None:
    assert signing.signer()[0] == "made1" and signing.signer()[0] == "made1" and table.made == 1


def test_the_next_key_is_published_a_day_before_it_signs(table: Table) -> None:
    table.add("old", -DAY, 2 * DAY)
    assert [key.kid for key in signing.published()] == ["old"]
    table.now += DAY + 1
    assert [key.kid for key in signing.published()] == ["old", "made1"] and signing.signer()[0] == "old"
    table.now += DAY
    assert signing.signer()[0] == "made1" and table.made == 1


def test_a_clock_behind_the_databases_signs_with_the_first_key_all_the_same(table: Table) -> None:
    table.add("soon", 2, 30 * DAY)
    assert signing.signer()[0] == "soon"


def test_unknown_keys_are_looked_for_once_a_second_however_many_are_named(table: Table) -> None:
    table.add("a", 0, 30 * DAY)
    for number in range(50):
        assert signing.find(f"unknown{number}") is None
    assert table.read == 1
    table.add("b", 0, 30 * DAY)
    table.now += signing.APART + 0.1
    assert signing.find("b") and table.read == 2


def test_a_key_that_is_withdrawn_is_forgotten(table: Table) -> None:
    table.add("a", 0, 30 * DAY)
    assert signing.find("a")
    table.rows.clear()
    assert signing.find("a")
    table.now += signing.BELIEVED + 0.1
    assert signing.find("a") is None
