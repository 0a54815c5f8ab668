"""Identifiers: in order of time inside, with a prefix outside, and no guess is an error of ours."""

from uuid import UUID

import pytest

from millrace import ids


def test_an_identifier_is_a_uuid_of_version_seven() -> None:
    made = UUID(ids.new())
    assert made.version == 7 and made.variant == "specified in RFC 4122"


def test_later_ones_sort_later(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for milliseconds in (1, 2, 255, 256, 1_800_000_000_000, 2**48 - 1):
        monkeypatch.setattr(ids.time, "time_ns", lambda ms=milliseconds: ms * 1_000_000)
        made.append(ids.new())
    assert made == sorted(made)


def test_no_two_are_the_same() -> None:
    assert len({ids.new() for _ in range(10_000)}) == 10_000


def test_what_is_shown_is_understood() -> None:
    made = ids.new()
    assert ids.parse("job", ids.show("job", made)) == made


@pytest.mark.parametrize(
    "guess",
    ["", "job", "job_", "_" + "0" * 32, "batch_" + "0" * 32, "job_" + "0" * 31, "job_" + "0" * 33, "job_" + "G" * 32,
     "job_" + "A" * 32, "job_" + "\u0663" * 32, "job_" + "0" * 31 + "\n", "JOB_" + "0" * 32, "job_" + "-" * 32],
)  # fmt: skip
def test_a_guess_is_nobody(guess: str) -> None:
    assert ids.parse("job", guess) is None
