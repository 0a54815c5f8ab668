"""Recall and precision of redaction by class.

A labelled value counts as found only if every letter and digit of it is inside finds of its class: half an address that
stays is a leak. A find counts as right if it touches a label of its class.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from millrace.guard.redaction.span import Span, spans
from tests.evaluation.sets import HALVES, read, rows, share

CLASSES = ("email", "phone", "card", "iban", "national_id", "address", "key", "ip")


def table() -> str:
    counts = {half: _counted(half) for half in HALVES}
    head = ["class", *(f"{what}, {half.replace('_', ' ')}" for half in HALVES for what in ("recall", "precision"))]
    return rows(head, [[of, *_cells(counts, of)] for of in CLASSES])


def hand_table() -> str:
    """Of what was written by hand, all classes together; last what was written to break the recognisers."""
    by_text = {
        "hand-written, tune": _counted("tune", "hand"),
        "hand-written, held out": _counted("held_out", "hand"),
        "written to break it (redaction_hard)": _counted("hard"),
    }
    return rows(
        ["texts", "recall", "precision"],
        [[name, *_cells({"": _total(found)}, "all")] for name, found in by_text.items()],
    )


def hard_table() -> str:
    """The hard set by class."""
    return rows(["class", "recall", "precision"], [[of, *_cells({"": _counted("hard")}, of)] for of in CLASSES])


def wrong(half: str) -> Iterator[str]:
    for text, labels, found in _judged(half):
        for start, end, of, _ in labels:
            if not _covered(text, start, end, of, found):
                yield f"missed {of}: {text[start:end]!r} in {text[:120]!r}"
        for span in found:
            if not _right(span, labels):
                yield f"false {span.of_class}: {text[span.start : span.end]!r} in {text[:120]!r}"


def _cells(counts: dict[str, Counter[tuple[str, str]]], of: str) -> list[object]:
    return [
        cell
        for found in counts.values()
        for cell in (share(found[of, "covered"], found[of, "labelled"]), share(found[of, "right"], found[of, "found"]))
    ]


def _total(counts: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    total: Counter[tuple[str, str]] = Counter()
    for (_, what), count in counts.items():
        total["all", what] += count
    return total


def _counted(half: str, origin: str | None = None) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for text, labels, found in _judged(half, origin):
        for start, end, of, _ in labels:
            counts[of, "labelled"] += 1
            counts[of, "covered"] += _covered(text, start, end, of, found)
        for span in found:
            counts[span.of_class, "found"] += 1
            counts[span.of_class, "right"] += _right(span, labels)
    return counts


def _judged(half: str, origin: str | None = None) -> Iterator[tuple[str, list[Any], list[Span]]]:
    for record in read("redaction_hard" if half == "hard" else "redaction", half):
        if origin in (None, record["origin"]):
            yield record["text"], record["spans"], spans(record["text"], CLASSES)


def _covered(text: str, start: int, end: int, of: str, found: list[Span]) -> bool:
    inside = {place for span in found if span.of_class == of for place in range(span.start, span.end)}
    return all(place in inside for place in range(start, end) if text[place].isalnum())


def _right(span: Span, labels: list[Any]) -> bool:
    return any(of == span.of_class and start < span.end and end > span.start for start, end, of, _ in labels)
