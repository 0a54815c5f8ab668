"""Writes repetition.jsonl: `python -m tests.evaluation.make_repetition`. The same seed gives the same bytes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.evaluation import regular

HERE = Path(__file__).parent
SEED = 20251122
#: How long a looping answer is, in characters, when its limit of tokens ends it.
LOOPED = (1200, 6000)


def passages() -> list[str]:
    text = (HERE / "sources" / "passages.txt").read_text("utf-8")
    return [line.partition(" | ")[2] for line in text.splitlines() if line and line[0] != "#"]


def sentences(passage: str) -> list[str]:
    return [found.strip() for found in re.findall(r"[^.。]+[.。]", passage)]


def _sentence(passage: str, random: Random) -> str:
    return random.choice(sentences(passage)) + " "


def _two(passage: str, random: Random) -> str:
    return " ".join(sentences(passage)[:2]) + random.choice((" ", "\n", "\n\n"))


def _phrase(passage: str, random: Random) -> str:
    words = re.findall(r"\S+", passage)
    start = random.randint(0, max(0, len(words) - 6))
    return " ".join(words[start : start + random.randint(2, 5)]) + random.choice((" ", ", ", " and "))


def _word(passage: str, random: Random) -> str:
    return random.choice(re.findall(r"\w{2,8}", passage)) + " "


def _mark(_: str, random: Random) -> str:
    return random.choice(("!", "?!", "\n", " .", "=", "\t", "😀", "的", "0", "\\", "<br>", "<|end|>"))


def _code(_: str, random: Random) -> str:
    name = random.choice(("total", "node", "index", "self.value"))
    return random.choice(
        (
            f"    {name} = {name} + 1\n",
            f"    if {name} is None:\n        return None\n",
            f'<div class="{name}">\n',
            f"import {name}\n",
            f"| {name} | 0 |\n",
        )
    )


UNITS: dict[str, Callable[[str, Random], str]] = {
    "sentence": _sentence,
    "two sentences": _two,
    "passage": lambda passage, _: passage + "\n\n",
    "phrase": _phrase,
    "word": _word,
    "mark": _mark,
    "code": _code,
}


def exact(kind: str, passage: str, lead: str, random: Random) -> dict[str, object]:
    unit = UNITS[kind](passage, random)
    length = random.randint(*LOOPED)
    looped = (unit * (length // len(unit) + 2))[: max(length, 6 * len(unit))]
    return {"kind": kind, "loop": True, "start": len(lead), "period": len(unit), "text": lead + looped}


def numbered(passage: str, lead: str, random: Random) -> dict[str, object]:
    """The same sentence again and again under a number that grows."""
    form = random.choice(("{}. {}\n", "Step {}: {}\n", "{}) {} "))
    said, text, number, first = random.choice(sentences(passage)), "", 1, 0
    length = random.randint(*LOOPED)
    while len(text) < length:
        text += form.format(number, said)
        first = first or len(text)
        number += 1
    return {"kind": "numbered", "loop": True, "start": len(lead), "period": first, "text": lead + text}


def nearly(passage: str, lead: str, random: Random) -> dict[str, object]:
    """The same few sentences in any order."""
    few, text = sentences(passage)[:3], ""
    length = random.randint(*LOOPED)
    while len(text) < length:
        text += random.choice(few) + " "
    return {"kind": "shuffled", "loop": True, "start": len(lead), "period": sum(map(len, few)) + 3, "text": lead + text}


def _looping(mine: list[str], random: Random) -> list[dict[str, object]]:
    made = []
    for i, passage in enumerate(mine):
        others = [other for other in mine if other is not passage]
        lead = random.choice(("", " ".join(random.sample(others, random.randint(1, 3))) + random.choice((" ", "\n\n"))))
        made += [exact(kind, passage, lead, random) for kind in random.sample(list(UNITS), 4)]
        made.append((numbered, nearly)[i % 2](passage, lead, random))
    return made


def _sound(mine: list[str], kinds: list[str], random: Random) -> list[dict[str, object]]:
    made = [regular.MAKERS[kind](random, mine) for kind in kinds for _ in range(3)]
    named = [kind for kind in kinds for _ in range(3)]
    made += ["\n\n".join(random.sample(mine, random.randint(2, len(mine)))) for _ in range(12)]
    named += ["prose"] * 12
    return [{"kind": kind, "loop": False, "text": text} for kind, text in zip(named, made, strict=True)]


def main() -> None:
    random = Random(SEED)
    all_passages, kinds = passages(), list(regular.MAKERS)
    random.shuffle(all_passages)
    random.shuffle(kinds)
    lines = []
    for place, half in enumerate(("tune", "held_out")):
        mine = all_passages[place::2]
        lines += [{"half": half, **made} for made in _looping(mine, random) + _sound(mine, kinds[place::2], random)]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (HERE / "repetition.jsonl").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
