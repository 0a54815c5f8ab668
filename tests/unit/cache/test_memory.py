"""The memory of a process stays within its bytes, forgets what is old, and what is purged."""

import time

import pytest

from millrace.cache.entry import Entry
from millrace.cache.memory import OVERHEAD, Memory
from millrace.settings import settings


def entry(size: int = 100, *, tenant: str = "t", model: str = "m", age: float = 0.0) -> Entry:
    made = time.time() - age
    return Entry(tenant, model, "x" * size, 1, 2, made, made)


def test_it_stays_within_its_bytes_and_what_was_used_longest_ago_goes_first() -> None:
    memory = Memory(20 * (OVERHEAD + 100))
    for number in range(20):
        memory.put(str(number), entry())
    assert memory.get("0") is not None
    memory.put("20", entry())
    assert len(memory) == 20
    assert [memory.get(key) is None for key in ("0", "1", "2", "20")] == [False, True, False, False]


def test_the_same_key_is_counted_once() -> None:
    memory = Memory(20 * (OVERHEAD + 100))
    for _ in range(1000):
        memory.put("same", entry())
    memory.put("other", entry())
    assert memory.get("same") and memory.get("other")


def test_one_large_answer_does_not_turn_out_the_others() -> None:
    memory = Memory(100_000)
    memory.put("small", entry())
    memory.put("large", entry(50_000))
    assert memory.get("small") and memory.get("large") is None


def test_what_is_too_old_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "cache_seconds", 10.0)
    memory = Memory(100_000)
    memory.put("young", entry(age=9))
    memory.put("old", entry(age=11))
    assert memory.get("young") and memory.get("old") is None and len(memory) == 1


def test_a_purge_is_of_a_tenant_a_model_or_all() -> None:
    def left(tenant: str | None, model: str | None) -> set[str]:
        memory = Memory(100_000)
        for key in ("a1", "a2", "b1"):
            memory.put(key, entry(tenant=key[0], model=key[1]))
        memory.purge(tenant, model)
        return {key for key in ("a1", "a2", "b1") if memory.get(key)}

    assert left("a", None) == {"b1"} and left(None, "1") == {"a2"}
    assert left("a", "1") == {"a2", "b1"} and left(None, None) == set()
