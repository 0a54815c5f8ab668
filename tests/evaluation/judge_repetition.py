"""How many loops are noticed, how soon, and how many answers are cut that are sound or were asked for."""

from collections.abc import Iterator
from statistics import median

from millrace.guard.repetition import Loop, asked_for, loop_in
from tests.evaluation.sets import HALVES, read, rows, share


def table() -> str:
    head = [
        "half",
        "loops noticed",
        "sound answers cut",
        "characters from the loop's begin until noticed: median, most",
    ]
    return rows([*head, "cut before the loop began"], [_row(half) for half in HALVES])


def wrong(half: str) -> Iterator[str]:
    for record in read("repetition", half):
        found = loop_in(record["text"])
        if bool(found) is not record["loop"]:
            yield f"loop {'missed' if record['loop'] else 'seen'}: {record['kind']}, ends {record['text'][-60:]!r}"


def _row(half: str) -> list[object]:
    judged = [(record, loop_in(record["text"])) for record in read("repetition", half)]
    loops = [(record, found) for record, found in judged if record["loop"]]
    sound = [found for record, found in judged if not record["loop"]]
    noticed: list[tuple[dict[str, int], Loop]] = [(record, found) for record, found in loops if found]
    delays = [found.noticed - record["start"] for record, found in noticed]
    early = sum(found.cut < record["start"] for record, found in noticed)
    cells = [half.replace("_", " "), share(len(noticed), len(loops)), share(sum(map(bool, sound)), len(sound))]
    return [*cells, f"{median(delays):.0f}, {max(delays)}", early]


def asked_table() -> str:
    head = ["half", "asked-for answers that look like loops", "of these, cut", "ordinary prompts taken for asking"]
    return rows(head, [_asked_row(half) for half in HALVES])


def _asked_row(half: str) -> list[object]:
    heard = [(record, asked_for({"prompt": record["prompt"]})) for record in read("repetition_asked", half)]
    wanted = [(loop_in(record["answer"]) is not None, asked) for record, asked in heard if record["asked"]]
    ordinary = [asked for record, asked in heard if not record["asked"]]
    looking = sum(looks for looks, _ in wanted)
    cut = sum(looks and not asked for looks, asked in wanted)
    return [
        half.replace("_", " "),
        share(looking, len(wanted)),
        share(cut, looking),
        share(sum(ordinary), len(ordinary)),
    ]
