"""The chain of hashes: any change shows, and where. (Postgres computes the same: tests/integration/test_audit.py.)"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from millrace import ids
from millrace.audit import chain
from millrace.audit.chain import START, Link, verify


def made(count: int) -> list[Link]:
    links: list[Link] = []
    for seq in range(1, count + 1):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seq)
        before = links[-1].hash if links else START
        link = Link(seq, ids.new(), at, None, "user:1", "signed_in", "x", "{}", None, before, b"")
        links.append(replace(link, hash=link.computed()))
    return links


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Link]]:
    """Five rows, read two at a time."""
    links = made(5)

    def call(_: str, parameters: tuple[int, int]) -> list[tuple[Any, ...]]:
        after, most = parameters
        rows = [link for link in links if link.seq > after][:most]
        return [tuple(getattr(row, name) for name in Link.__slots__) for row in rows]

    monkeypatch.setattr(chain.db, "call", call)
    monkeypatch.setattr(chain, "BLOCK", 2)
    yield links


def test_a_whole_chain_has_its_head(log: list[Link]) -> None:
    verdict = verify()
    assert (verdict.broken, verdict.seq, verdict.hash) == (None, 5, log[-1].hash)
    log.clear()
    assert (verify().broken, verify().seq) == (None, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "user:2"}, {"act": "signed_out"}, {"target": None}, {"target": "-"}, {"details": '{"a":1}'},
        {"tenant": ids.new()}, {"address": ""}, {"at": datetime(2026, 1, 2, tzinfo=UTC)}, {"id": ids.new()},
    ],
)  # fmt: skip
def test_a_changed_field_is_found_at_its_row(log: list[Link], change: dict[str, Any]) -> None:
    log[2] = replace(log[2], **change)
    assert (verify().broken, verify().seq) == (3, 2)


def test_a_row_that_was_hashed_anew_does_not_fit_the_next(log: list[Link]) -> None:
    forged = replace(log[2], actor="user:2")
    log[2] = replace(forged, hash=forged.computed())
    assert verify().broken == 4


@pytest.mark.parametrize(("gone", "broken"), [(0, 2), (2, 4)])
def test_a_missing_row_is_found(log: list[Link], gone: int, broken: int) -> None:
    del log[gone]
    assert verify().broken == broken


def test_a_cut_off_end_shows_against_a_head_that_was_written_down(log: list[Link]) -> None:
    head = (log[4].seq, log[4].hash)
    assert verify(head).broken is None
    del log[4]
    assert verify().broken is None and verify(head).broken == 5
    log[:] = made(6)
    assert verify().broken is None and verify(head).broken == 5


def test_fields_cannot_flow_into_one_another() -> None:
    link = made(1)[0]
    one, other = replace(link, actor="a,1:b", act="c"), replace(link, actor="a", act="b,1:c")
    assert one.computed() != other.computed()
