"""Writes stock.jsonl: `python -m tests.evaluation.make_stock`. The same seed gives the same bytes."""

import json
from pathlib import Path
from random import Random

from tests.evaluation.make_repetition import passages

HERE = Path(__file__).parent
SEED = 20251123

CODE = "```python\ndef add(a, b):\n    return a + b\n```"
LIST = "- the sluice\n- the wheel\n- the stones"


def _rows(name: str) -> list[list[str]]:
    text = (HERE / "sources" / name).read_text("utf-8")
    return [line.split(" | ", 2) for line in text.splitlines() if line and line[0] != "#"]


def _phrases(sign: str, place: int, random: Random) -> list[str]:
    """Those of one half: no phrase is in both."""
    found = [row[2] for row in _rows("stock_phrases.txt") if row[0] == sign]
    random.shuffle(found)
    return found[place::2]


def _answer(body: str, opener: str | None, closer: str | None, random: Random) -> dict[str, object]:
    text = body
    if opener:
        text = opener + random.choice((" ", "\n\n") if opener[-1] != ":" else ("\n\n",)) + text
    if closer:
        text += random.choice(("\n\n", " ") if body[-1] in ".!" else ("\n\n",)) + closer
    return {"text": text, "trimmed": body}


def _made(place: int, bodies: list[str], seed: int) -> list[dict[str, object]]:
    random = Random(seed + place)
    # The same shuffle in both halves, each of which takes every second one of it.
    openers, closers = _phrases(">", place, Random(seed)), _phrases("<", place, Random(seed))
    made = [_answer(random.choice(bodies), opener, None, random) for opener in openers for _ in range(2)]
    made += [_answer(random.choice(bodies), None, closer, random) for closer in closers for _ in range(2)]
    made += [_answer(random.choice(bodies), random.choice(openers), random.choice(closers), random) for _ in range(20)]
    return made + [_answer(body, None, None, random) for body in bodies]


def main() -> None:
    random, lines = Random(SEED), []
    bodies = [*passages(), CODE, LIST, "Use this:\n\n" + CODE, "The mill has three parts:\n\n" + LIST]
    random.shuffle(bodies)
    kept = [text.replace("\\n", "\n") for _, text in (line.split(" | ", 1) for line in _hand())]
    random.shuffle(kept)
    for place, half in enumerate(("tune", "held_out")):
        hand = [{"text": text, "trimmed": text} for text in kept[place::2]]
        lines += [{"half": half, "origin": "made", **line} for line in _made(place, bodies[place::2], SEED)]
        lines += [{"half": half, "origin": "hand", **line} for line in hand]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (HERE / "stock.jsonl").write_text(text + "\n", "utf-8")


def _hand() -> list[str]:
    text = (HERE / "sources" / "stock_hand.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line and line[0] != "#"]


if __name__ == "__main__":
    main()
