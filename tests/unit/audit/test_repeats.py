"""What strangers cause is written coarsely: nobody fills the disk with it, and nothing goes uncounted."""

import pytest

from millrace.audit import repeats
from millrace.audit.repeats import A_MINUTE, APART, Repeats


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(repeats.time, "monotonic", lambda: now[0])
    return now


def test_one_address_is_written_once_in_a_while_and_its_repeats_are_counted(clock: list[float]) -> None:
    kept = Repeats()
    assert [kept.unwritten("sign_in_failed", "10.0.0.1") for _ in range(100)] == [0] + [None] * 99
    clock[0] += APART
    assert kept.unwritten("sign_in_failed", "10.0.0.1") == 99
    clock[0] += APART
    assert kept.unwritten("sign_in_failed", "10.0.0.1") == 0


def test_many_addresses_do_not_write_more(clock: list[float]) -> None:
    kept = Repeats()
    written = 0
    for second in range(600):
        clock[0] += 1
        written += sum(kept.unwritten("sign_in_failed", f"{second}.{n}") is not None for n in range(50))
    assert A_MINUTE * 10 <= written <= A_MINUTE * 11
