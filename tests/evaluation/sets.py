"""Reads the evaluation sets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HALVES = ("tune", "held_out")


def read(name: str, half: str) -> Iterator[dict[str, Any]]:
    for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines():
        found = json.loads(line)
        if found["half"] == half:
            yield found


def rows(head: list[str], body: list[list[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def share(part: int, whole: int) -> str:
    """`0.981 (51/52)`."""
    return f"{part / whole:.3f} ({part}/{whole})" if whole else "-"
