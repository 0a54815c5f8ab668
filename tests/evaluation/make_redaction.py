"""Writes redaction.jsonl: `python -m tests.evaluation.make_redaction`. The same seed gives the same bytes."""

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

from tests.evaluation import addresses, distractors, national_ids, phones, values

HERE = Path(__file__).parent
SEED = 20251120
#: How many texts are made of a template.
FILLED = 3

_MARK = re.compile(r"<<(!?\w+)(?: (\w+))?(?:=(.*?))?>>")


def value(name: str, kind: str | None, language: str, random: Random) -> str:
    """A made-up value of a class, or (`!name`) of what is none."""
    if name.startswith("!"):
        return distractors.MAKERS[name[1:]](random)
    if name == "national_id":
        return national_ids.MAKERS[kind or language](random)
    if name == "key":
        return values.KEYS[kind](random) if kind else values.key(random)
    if name in ("phone", "address"):
        return {"phone": phones.phone, "address": addresses.address}[name](random, language)
    return {"email": values.email, "card": values.card, "iban": values.iban, "ip": values.ip}[name](random)


def filled(template: str, language: str, random: Random) -> dict[str, object]:
    """`{text, spans}`, spans as `[start, end, class, kind]` in characters."""
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(template):
        name, kind, literal = mark.groups()
        text += template[at : mark.start()]
        made = literal or value(name, kind, language, random)
        if not name.startswith("!"):
            spans.append([len(text), len(text) + len(made), name, kind or language])
        text += made
        at = mark.end()
    return {"text": text + template[at:], "spans": spans}


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """The (language, text) of each line."""
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            language, _, text = line.partition(" | ")
            yield language, text.replace("\\n", "\n")


def group(template: str) -> str:
    """What the halves are balanced over: the classes of a template."""
    return " ".join(sorted({mark[1] for mark in _MARK.finditer(template) if not mark[1].startswith("!")})) or "none"


def halved(templates: list[tuple[str, str]], random: Random) -> dict[str, str]:
    """Template to half. A template, with all its fillings, is in one half only."""
    halves, turn = {}, {}
    for _, template in random.sample(templates, len(templates)):
        turns = turn.setdefault(group(template), count(random.randint(0, 1)))
        halves[template] = ("tune", "held_out")[next(turns) % 2]
    return halves


def records() -> Iterator[dict[str, object]]:
    random = Random(SEED)
    for origin, times in (("template", FILLED), ("hand", 1)):
        source = list(lines(HERE / "sources" / f"redaction_{'templates' if origin == 'template' else 'hand'}.txt"))
        halves = halved(source, random)
        for number, (language, template) in enumerate(source):
            fillings = times if "<<" in template and "=" not in "".join(m[0] for m in _MARK.finditer(template)) else 1
            for _ in range(fillings):
                where = {"half": halves[template], "origin": origin, "template": number, "language": language}
                yield where | filled(template, language, random)


def hidden(record: dict[str, object]) -> str:
    """One line of JSON in which scanners of repositories see no key: the second letter of each is an escape."""
    text = str(record["text"])
    starts = {span[0] + 1 for span in record["spans"] if span[2] == "key"}  # type: ignore[attr-defined]
    shown = "".join(
        f"\\u{ord(c):04x}" if i in starts else json.dumps(c, ensure_ascii=False)[1:-1] for i, c in enumerate(text)
    )
    head = json.dumps({key: found for key, found in record.items() if key != "text"}, ensure_ascii=False)
    return f'{head[:-1]}, "text": "{shown}"}}'


def main() -> None:
    made = [hidden(record) for record in records()]
    (HERE / "redaction.jsonl").write_text("\n".join(made) + "\n", "utf-8")


if __name__ == "__main__":
    main()
