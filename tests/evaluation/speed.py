"""How fast the guards are on one core, in MB of text a second: the best of three."""

import time
from collections.abc import Callable

from millrace.guard.filters import Filter, Side, parsed
from millrace.guard.redaction import redact
from millrace.guard.redaction.restoring import Restorer
from millrace.guard.repetition import loop_in
from tests.evaluation.make_repetition import passages
from tests.evaluation.sets import HALVES, read, rows

_SIZE = 400_000


def table() -> str:
    prose = "\n\n".join(passages())
    dense = " ".join(record["text"] for half in HALVES for record in read("redaction", half))
    rules = Filter(parsed([{"name": "words", "kind": "words", "words": [f"word{i}" for i in range(1000)]},
                           {"name": "shape", "kind": "expression", "expression": r"project-\d{6,}"}]))  # fmt: skip
    measured: list[tuple[str, str, Callable[[str], object]]] = [
        ("redaction, prose", prose, redact),
        ("redaction, a value in every sentence", dense, redact),
        ("restoring a stream, in pieces of four characters", prose, _restored),
        ("filter: 1,000 words and an expression", prose, lambda text: rules.check(text, Side.PROMPT)),
        ("loops in an answer", prose.replace(" ", "  "), _looked),
    ]
    return rows(["what", "MB/s"], [[name, f"{_speed(text, run):.1f}"] for name, text, run in measured])


def _speed(text: str, run: Callable[[str], object]) -> float:
    text = (text * (_SIZE // len(text) + 1))[:_SIZE]
    return max(_once(text, run) for _ in range(3))


def _once(text: str, run: Callable[[str], object]) -> float:
    began = time.perf_counter()
    run(text)
    return len(text.encode()) / 1e6 / (time.perf_counter() - began)


def _restored(text: str) -> None:
    restorer = Restorer(redact("Write to ana@example.org, or ring 020 7946 0123.").mapping)
    for at in range(0, len(text), 4):
        restorer.feed(text[at : at + 4])


def _looked(text: str) -> None:
    """By parts, since the whole repeats itself."""
    for at in range(0, len(text), 4000):
        loop_in(text[at : at + 4000])
