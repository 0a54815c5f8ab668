"""How many answers with stock phrases are trimmed just right, and how many without are left alone."""

from collections.abc import Iterator

from millrace.guard.stock import trimmed
from tests.evaluation.sets import HALVES, read, rows, share


def table() -> str:
    return rows(["half", "trimmed as they should be", "left alone as they should be"], [_row(half) for half in HALVES])


def wrong(half: str) -> Iterator[str]:
    for record in read("stock", half):
        if (made := trimmed(record["text"])) != record["trimmed"]:
            yield f"stock: {record['text'][:100]!r} became {made[:100]!r}"


def _row(half: str) -> list[object]:
    judged = [
        (record["text"] != record["trimmed"], trimmed(record["text"]) == record["trimmed"])
        for record in read("stock", half)
    ]
    stock, plain = ([right for has, right in judged if has is wanted] for wanted in (True, False))
    return [half.replace("_", " "), share(sum(stock), len(stock)), share(sum(plain), len(plain))]
