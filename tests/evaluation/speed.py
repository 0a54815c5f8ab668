"""How fast the guards are, by the time of one core: in MB of text a second, and by the answer that streams."""

import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from millrace.engines.engine import Answer, Call, Delta, Usage
from millrace.guard import tenants
from millrace.guard.answers import AnswerPolicy, Loops, Stock
from millrace.guard.filters import Filter, Side, parsed
from millrace.guard.redaction import Policy, When, redact
from millrace.guard.redaction.restoring import Restorer
from millrace.guard.repetition import loop_in
from millrace.guard.tenants import TenantGuard
from millrace.jobs.guarded import guarded
from tests.evaluation.make_repetition import passages
from tests.evaluation.sets import HALVES, read, rows

_SIZE = 400_000

#: Characters of a delta: what a backend says in 40 ms at 150 tokens a second.
_DELTA = 25

_OFF = AnswerPolicy(Loops.OFF)


_RULES = [
    {"name": "words", "kind": "words", "words": [f"word{i}" for i in range(1000)]},
    {"name": "shape", "kind": "expression", "expression": r"project-\d{6,}"},
]


def table() -> str:
    prose = "\n\n".join(passages())
    dense = " ".join(record["text"] for half in HALVES for record in read("redaction", half))
    rules = Filter(parsed(_RULES))
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
    began = time.process_time()
    run(text)
    return len(text.encode()) / 1e6 / (time.process_time() - began)


def _restored(text: str) -> None:
    restorer = Restorer(redact("Write to ana@example.org, or ring 020 7946 0123.").mapping)
    for at in range(0, len(text), 4):
        restorer.feed(text[at : at + 4])


def _looked(text: str) -> None:
    """By parts, since the whole repeats itself."""
    for at in range(0, len(text), 4000):
        loop_in(text[at : at + 4000])


def answers_table() -> str:
    """What an answer that streams costs on its way back."""
    guards = {
        "nothing on": TenantGuard(answers=_OFF),
        "loops, as by default": TenantGuard(),
        "loops and stock phrases": TenantGuard(answers=AnswerPolicy(stock=Stock.TRIM)),
        "loops, stock phrases, restoring and a filter of 1,000 words and an expression": TenantGuard(
            Policy(When.ALWAYS), tuple(_RULES), Filter(parsed(_RULES)), AnswerPolicy(stock=Stock.TRIM)
        ),
    }
    sound = [record for half in HALVES for record in read("repetition", half) if not record["loop"]]
    texts = {"prose": [each["text"] for each in sound if each["kind"] == "prose"]}
    texts["tables, code, logs"] = [each["text"] for each in sound if each["kind"] != "prose"]
    rest = [[name, *(f"{_cost(guard, each):.3f}" for each in texts.values())] for name, guard in guards.items()]
    return rows(["ms of CPU for 1,000 characters", *texts], rest)


def _cost(guard: TenantGuard, texts: list[str]) -> float:
    tenants._known["t"] = (time.monotonic() + 3600, guard)
    characters = sum(map(len, texts))
    return min(_passed(texts) for _ in range(5)) * 1e6 / characters


def _passed(texts: list[str]) -> float:
    model: Any = SimpleNamespace(name="m", private=False)
    messages = [{"role": "user", "content": "Write to ana@example.org about it, or ring 020 7946 0123."}]
    began = time.process_time()
    for text in texts:
        call = Call("/v1/chat/completions", {"messages": messages}, "m", True)
        for _ in guarded("t", model, call, lambda _, text=text: _said(text)):  # type: ignore[misc]
            pass
    return time.process_time() - began


def _said(text: str) -> Iterator[Delta | Answer]:
    for at in range(0, len(text), _DELTA):
        yield Delta(text[at : at + _DELTA])
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    yield Answer({"choices": [choice]}, Usage())
