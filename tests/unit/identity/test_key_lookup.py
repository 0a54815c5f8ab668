"""Keys: their shape is checked before anybody is asked, and what was found is believed for a second at the most."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from millrace.errors import Unauthorized
from millrace.identity import key_use, keys

ROW = ("k", "t", "u", None, None, None, None, False, "free", None, None)


class Database:
    """Answers find_key with what it is told, and counts."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = [(*ROW, None)]
        self.asked = 0
        self.takes = 0.0

    def call(self, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        self.asked += 1
        rows = list(self.rows)
        self.clock += self.takes
        return rows

    clock = 1000.0


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    made = Database()
    monkeypatch.setattr(keys.db, "call", made.call)
    monkeypatch.setattr(keys.key_use, "note", lambda key: None)
    monkeypatch.setattr(time, "monotonic", lambda: made.clock)
    monkeypatch.setattr(keys, "_found", {})
    yield made


@pytest.mark.parametrize(
    "shown", ["", "mr_live_", *("mr_live_" + "a" * n for n in (42, 44)), "mr_test_" + "a" * 43, "mr_live_" + "é" * 43]
)
def test_what_is_no_key_of_ours_is_refused_without_asking(database: Database, shown: str) -> None:
    assert keys.find(shown) is None and database.asked == 0


def test_every_key_that_we_make_has_the_shape_that_we_look_for(database: Database) -> None:
    assert all(keys.find(keys.generate()) is not None for _ in range(50))


def test_a_revoked_key_is_believed_for_a_second_from_when_the_database_was_asked(database: Database) -> None:
    key = keys.generate()
    database.takes = 0.4
    assert keys.find(key) is not None
    database.rows = [(*ROW, "revoked")]
    database.clock += 0.5
    assert keys.find(key) is not None and database.asked == 1
    database.clock += 0.2
    with pytest.raises(Unauthorized, match="revoked") as refused:
        keys.find(key)
    assert not refused.value.guess
    assert database.asked == 2


def test_a_forgotten_key_is_looked_up_anew(database: Database) -> None:
    key = keys.generate()
    keys.find(key)
    keys.forget(keys.hashed(key))
    keys.find(key)
    assert database.asked == 2


def test_scopes_are_what_key_and_tenant_both_allow() -> None:
    assert keys.allowed(False, ["jobs:read", "jobs:write"], ["jobs:read", "keys:admin"]) == {"jobs:read"}
    assert "platform:admin" not in keys.allowed(False, None, ["platform:admin"])
    assert "platform:admin" in keys.allowed(True, None)
    assert keys.both(None, None) is None
    assert keys.both(["a"], None) == keys.both(None, ["a"]) == {"a"}
    assert keys.both(["a", "b"], ["b"]) == {"b"}


def test_uses_are_written_once_with_their_age(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Any] = []
    monkeypatch.setattr(key_use.db, "call", lambda _, given: written.append(given))
    uses = key_use.uses
    monkeypatch.setattr(uses, "_wake", lambda: None)
    for key in ("one", "two", "one"):
        uses.note(key)
    uses.write()
    uses.write()
    assert len(written) == 1
    assert written[0][0] == ["one", "two"] and all(0 <= ago < 5 for ago in written[0][1])
