"""Writes paraphrases.jsonl: `python -m tests.evaluation.make_paraphrases`. The same seed gives the same bytes."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
SEED = 20251121

Pair = dict[str, object]


def _rows(name: str) -> list[list[str]]:
    text = (HERE / "sources" / name).read_text("utf-8")
    return [[part.strip() for part in line.split(" | ")] for line in text.splitlines() if line and line[0] != "#"]


def _pair(origin: str, topic: str, same: bool, a: str, b: str) -> Pair:
    return {"origin": origin, "topic": topic, "same": same, "a": a, "b": b}


def of_frame(number: int, row: list[str]) -> Iterator[Pair]:
    """Of each value one pair that is the same and one trap; one more of the first, where there are three phrasings."""
    topic, same, traps, values = row[0], row[1].split(" || "), row[2].split(" || "), row[3].split("; ")
    for i, x in enumerate(values):
        y = values[(i + 1) % len(values)]

        def put(template: str, x: str = x, y: str = y) -> str:
            return template.replace("{x}", x).replace("{y}", y)

        origin = f"frame {number}"
        first, second = same[i % len(same)], same[(i + 1) % len(same)]
        yield _pair(origin, topic, True, put(first), put(second))
        yield _pair(origin, topic, False, put(same[0]), put(traps[i % len(traps)]))
        if i == 0 and len(same) > 2:
            yield _pair(origin, topic, True, put(same[0]), put(same[2]))


def of_hand() -> Iterator[Pair]:
    for sign, topic, a, b in _rows("paraphrase_hand.txt"):
        yield _pair("hand", topic, sign == "=", a, b)


def _balanced(pairs: list[Pair], random: Random) -> list[Pair]:
    """As many traps as others: what is too many goes, at random."""
    by_label = [[pair for pair in pairs if pair["same"] is label] for label in (True, False)]
    count = min(map(len, by_label))
    kept = {id(pair) for group in by_label for pair in random.sample(group, count)}
    return [pair for pair in pairs if id(pair) in kept]


def records() -> list[Pair]:
    """A frame, with all its pairs, is in one half only."""
    random = Random(SEED)
    groups = [list(of_frame(i, row)) for i, row in enumerate(_rows("paraphrase_frames.txt"))]
    hand = list(of_hand())
    for label in (True, False):
        groups += [[pair] for pair in random.sample(hand, len(hand)) if pair["same"] is label]
    halves: dict[str, list[Pair]] = {"tune": [], "held_out": []}
    frames = [group for group in groups if len(group) > 1]
    random.shuffle(frames)
    for turn, group in enumerate(frames + [group for group in groups if len(group) == 1]):
        halves[("tune", "held_out")[turn % 2]] += group
    return [{"half": half, **pair} for half, pairs in halves.items() for pair in _balanced(pairs, random)]


def main() -> None:
    made = [json.dumps(record, ensure_ascii=False) for record in records()]
    (HERE / "paraphrases.jsonl").write_text("\n".join(made) + "\n", "utf-8")


if __name__ == "__main__":
    main()
