"""Answers that repeat themselves as they should: tables, refrains, code, lists. The negatives of the repetition set."""

import json
from collections.abc import Callable
from random import Random

NAMES = ["alder", "birch", "cedar", "elder", "hazel", "larch", "maple", "oak", "pine", "rowan", "spruce", "willow"]


def _table(r: Random, _: list[str]) -> str:
    rows = "\n".join(f"| {name} | {r.randint(0, 9)} | {r.randint(0, 99)} | yes |" for name in NAMES)
    return f"| name | count | share | kept |\n|------|------|------|------|\n{rows}\n"


def _zeros(r: Random, _: list[str]) -> str:
    size = r.randint(6, 9)
    return "The matrix is\n" + "\n".join(
        "[" + ", ".join("1" if i == j else "0" for j in range(size)) + "]," for i in range(size)
    )


def _song(r: Random, passages: list[str]) -> str:
    refrain = "Turn, wheel, turn, and let the river run,\nturn, wheel, turn, until the day is done.\n"
    return "\n\n".join(part for passage in r.sample(passages, 4) for part in (passage, refrain))


def _times(r: Random, _: list[str]) -> str:
    n = r.randint(2, 12)
    return "\n".join(f"{i} x {n} = {i * n}" for i in range(1, 21))


def _json(r: Random, _: list[str]) -> str:
    return json.dumps(
        [{"id": i, "name": r.choice(NAMES), "active": True, "tags": [], "parent": None} for i in range(25)], indent=2
    )


def _getters(_: Random, __: list[str]) -> str:
    return "\n".join(f"    def get_{name}(self):\n        return self._{name}\n" for name in NAMES)


def _inserts(r: Random, _: list[str]) -> str:
    return "\n".join(
        f"INSERT INTO trees (name, height, planted) VALUES ('{name}', "
        f"{r.randint(1, 40)}, '20{r.randint(10, 24)}-01-01');"
        for name in NAMES * 2
    )


def _rules(r: Random, passages: list[str]) -> str:
    return "\n\n".join(passage + "\n\n" + r.choice("=-*_") * 80 for passage in passages[:4])


def _lines(r: Random, _: list[str]) -> str:
    """What a user asked to have written ten times."""
    return "\n".join(
        [
            r.choice(
                (
                    "I will not talk in class.",
                    "All work and no play makes Jack a dull boy.",
                    "Ich soll nicht schwatzen.",
                )
            )
        ]
        * 10
    )


def _logs(r: Random, _: list[str]) -> str:
    return "\n".join(
        f"2025-03-04T05:{i:02d}:{r.randint(0, 59):02d}Z INFO "
        f"worker-{r.randint(1, 4)} job finished in {r.randint(5, 900)} ms"
        for i in range(40)
    )


def _csv(r: Random, _: list[str]) -> str:
    return "date,shop,amount,currency\n" + "\n".join(
        f"2025-01-{i:02d},north,{r.randint(1, 99)}.00,EUR" for i in range(1, 29)
    )


def _laugh(r: Random, passages: list[str]) -> str:
    return f"{r.choice(('ha', 'ho', 'na', 'la', 'boing ')) * r.randint(6, 16)}! {passages[0]} {'Very, ' * 5}very good."


def _steps(r: Random, passages: list[str]) -> str:
    return "\n".join(
        f"{i}. Open the file `{name}.txt`, change `{r.choice(NAMES)}` to `{r.choice(NAMES)}`, and save the file."
        for i, name in enumerate(NAMES, 1)
    )


def _svg(r: Random, _: list[str]) -> str:
    return (
        "<svg>"
        + "".join(
            f'<rect x="{x}" y="{r.randint(0, 90)}" width="10" height="10" fill="black"/>' for x in range(0, 300, 10)
        )
        + "</svg>"
    )


def _litany(r: Random, passages: list[str]) -> str:
    return "\n".join(
        f"Blessed be the {name}, for it {r.choice(('bends', 'burns', 'bears', 'stands'))}; have mercy on us."
        for name in NAMES
    )


def _board(r: Random, _: list[str]) -> str:
    return (
        "\n".join(" ".join(r.choice("........pPnN") for _ in range(8)) for _ in range(8))
        + "\n\n"
        + "\n".join(["+---+---+---+", "|   |   |   |"] * 3 + ["+---+---+---+"])
    )


def _bytes(r: Random, _: list[str]) -> str:
    return "\n".join(
        f"{i * 16:08x}  " + " ".join("00" if r.random() < 0.9 else f"{r.randint(0, 255):02x}" for _ in range(16))
        for i in range(24)
    )


def _css(r: Random, _: list[str]) -> str:
    return "\n".join(
        f".{name} {{\n  display: flex;\n  margin: 0;\n  padding: 0;\n  color: #{r.randint(0, 0xFFFFFF):06x};\n}}\n"
        for name in NAMES
    )


def _quotes(r: Random, passages: list[str]) -> str:
    """A passage, and the same passage corrected, and once more explained."""
    changed, bold = (passages[0].replace(". ", mark, 1) for mark in ("; ", "**;** "))
    return f"Before:\n\n{passages[0]}\n\nAfter:\n\n{changed}\n\nOnce more, with the change in bold:\n\n{bold}"


def _asserts(r: Random, _: list[str]) -> str:
    return "\n".join(f"assert add({(a := r.randint(0, 99))}, {(b := r.randint(0, 99))}) == {a + b}" for _ in range(30))


def _spaces(r: Random, _: list[str]) -> str:
    return "\n".join(f"{'    ' * (i % 9)}{name}{' ' * r.randint(10, 60)}# {i}" for i, name in enumerate(NAMES * 2))


def _poem(r: Random, _: list[str]) -> str:
    return "\n".join(
        f"The {a} is in the {b},\nthe {b} is in the {c}." for a, b, c in (r.sample(NAMES, 3) for _ in range(10))
    )


MAKERS: dict[str, Callable[[Random, list[str]], str]] = {
    "table": _table,
    "zeros": _zeros,
    "song": _song,
    "times": _times,
    "json": _json,
    "getters": _getters,
    "inserts": _inserts,
    "rules": _rules,
    "lines": _lines,
    "logs": _logs,
    "csv": _csv,
    "laugh": _laugh,
    "steps": _steps,
    "svg": _svg,
    "litany": _litany,
    "board": _board,
    "bytes": _bytes,
    "css": _css,
    "quotes": _quotes,
    "asserts": _asserts,
    "spaces": _spaces,
    "poem": _poem,
}
