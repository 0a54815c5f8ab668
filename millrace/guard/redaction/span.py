"""Where something personal stands in a text, and of which class it is."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from millrace.guard.redaction import recognisers

#: How far around a digit is looked for what has digits in it, in characters: the longest address and its context.
AROUND = 200

#: Looks at a text: the first, and those beside what the one before found.
PASSES = 3

#: No letter, digit, space or mark, and in nobody's text.
_BLOT = "\ue000"

_DIGITS = re.compile(r"\d+")


class Span(NamedTuple):
    """From character `start` to before character `end`."""

    start: int
    end: int
    of_class: str


def spans(text: str, classes: Collection[str] | None = None) -> list[Span]:
    """What is personal in a text, in order, without overlaps. `classes`: None for the usual ones.

    Where finds overlap they become one, of the class that comes first in the list of recognisers: cutting one off
    would let a part of it out. A class without a recogniser is an error (KeyError): a policy must not silently look for
    nothing.
    """
    known = recognisers.known()
    wanted = recognisers.default() if classes is None else frozenset(classes)
    if missing := wanted - known.keys():
        raise KeyError(f"no recogniser is installed for {', '.join(sorted(missing))}")
    asked = {name: find for name, find in known.items() if name in wanted}
    order = {name: place for place, name in enumerate(asked)}
    return list(_merged(sorted(_found(text, asked)), order))


def _found(text: str, asked: dict[str, recognisers.Recogniser]) -> Iterator[Span]:
    """The finds of all, and then of what stands beside them: a number behind a number looks like a part of it."""
    everywhere, digits = [(0, len(text))], list(_near(text, (found.span() for found in _DIGITS.finditer(text))))
    found = [
        span
        for name, find in asked.items()
        for span in _of(text, name, find, digits if find in recognisers.WITH_DIGITS else everywhere)
    ]
    for _ in range(PASSES):
        yield from found
        text = _masked(text, found)
        places = list(_near(text, ((span.start, span.end) for span in sorted(found))))
        again = ((name, find) for name, find in asked.items() if find in recognisers.SHIPPED)
        found = [span for name, find in again for span in _of(text, name, find, places)]


def _of(text: str, name: str, find: recognisers.Recogniser, places: list[tuple[int, int]]) -> Iterator[Span]:
    """Those of one recogniser, clipped to the text: the installed ones are not ours."""
    for begin, stop in places:
        for start, end in find(text[begin:stop]):
            if 0 <= start < min(end, stop - begin):
                yield Span(begin + start, min(begin + end, stop), name)


def _near(text: str, marks: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts of a text that are near marks, which come in order. Most prose has few digits, and few finds."""
    begin = stop = 0
    for start, end in marks:
        if start - AROUND > stop:
            if stop:
                yield begin, stop
            begin = _space_before(text, start - AROUND)
        stop = max(stop, min(end + AROUND, len(text)))
    if stop:
        yield begin, stop


def _space_before(text: str, at: int) -> int:
    """A place between words, so that nothing looks as if it began where it does not."""
    return max(text.rfind(" ", max(0, at - AROUND), at), text.rfind("\n", max(0, at - AROUND), at)) + 1 or at


def _masked(text: str, found: list[Span]) -> str:
    """The text with what was found blotted out, as long as before."""
    parts, at = [], 0
    for span in sorted(found):
        if span.end > at:
            start = max(span.start, at)
            parts += [text[at:start], _BLOT * (span.end - start)]
            at = span.end
    return "".join([*parts, text[at:]])


def _merged(found: list[Span], order: dict[str, int]) -> Iterator[Span]:
    held: Span | None = None
    for span in found:
        if held and span.start < held.end:
            first = min(held.of_class, span.of_class, key=order.__getitem__)
            held = Span(held.start, max(held.end, span.end), first)
            continue
        if held:
            yield held
        held = span
    if held:
        yield held
