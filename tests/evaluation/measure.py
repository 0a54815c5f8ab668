"""How good the guards are on the evaluation sets: `python -m tests.evaluation.measure [--write] [--wrong]`.

`--write` puts the tables into docs/guard.md, between its marks. `--wrong` shows what went wrong, of the tune halves
alone: the held-out ones are only counted.
"""

import re
import sys
from collections.abc import Callable, Iterator

from tests.evaluation import judge_redaction, judge_repetition, judge_stock, speed
from tests.evaluation.sets import HERE

PAGE = HERE.parents[1] / "docs" / "guard.md"

TABLES: dict[str, Callable[[], str]] = {
    "redaction": judge_redaction.table,
    "redaction-hand": judge_redaction.hand_table,
    "redaction-hard": judge_redaction.hard_table,
    "repetition": judge_repetition.table,
    "repetition-asked": judge_repetition.asked_table,
    "stock": judge_stock.table,
    "speed": speed.table,
    "speed-answers": speed.answers_table,
}


def main(arguments: list[str]) -> None:
    tables = {name: made() for name, made in TABLES.items()}
    print("\n\n".join(f"{name}\n\n{table}" for name, table in tables.items()))
    if "--write" in arguments:
        write(tables)
    if "--wrong" in arguments:
        print("\n", *wrong(), sep="\n")


def wrong() -> Iterator[str]:
    for judge in (judge_redaction, judge_repetition, judge_stock):
        yield from judge.wrong("tune")


def write(tables: dict[str, str]) -> None:
    text = PAGE.read_text("utf-8")
    for name, table in tables.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text = marked.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", text)
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
