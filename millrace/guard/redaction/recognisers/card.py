"""Payment cards: a network's prefix and length, and Luhn's test; in the groups in which they are printed, or none."""

import re
from collections.abc import Iterator

from millrace.guard.redaction.recognisers.check_digits import luhn

_GAP = r"(?:[ \u00a0\u2009._/-]|%20)"

#: Looked ahead for, so that a group before a card (or the code printed beside it) hides none.
_FOUND = tuple(
    re.compile(rf"(?<![0-9A-Za-z])(?=({shape})(?![0-9A-Za-z]))")
    for shape in (
        rf"\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{2,4}}",
        rf"\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{3}}",
        rf"\d{{4}}{_GAP}\d{{6}}{_GAP}\d{{4,5}}",
        r"\d{13,19}",
    )
)

#: Prefix, as a pattern, and lengths (ISO/IEC 7812 issuer numbers, as the networks publish them).
_NETWORKS = [
    (re.compile(prefix), lengths)
    for prefix, lengths in (
        (r"4", (13, 16, 19)),
        (r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", (16,)),
        (r"3[47]", (15,)),
        (r"6011|64[4-9]|65", (16, 17, 18, 19)),
        (r"30[0-5]|36|38|39", (14, 16, 19)),
        (r"352[89]|35[3-8]", (16, 17, 18, 19)),
        (r"62", (16, 17, 18, 19)),
        (r"50|5[6-9]|6[0-9]", (13, 15, 16, 17, 18, 19)),
    )
]


def find(text: str) -> Iterator[tuple[int, int]]:
    for shape in _FOUND:
        for found in shape.finditer(text):
            if is_card("".join(str(int(c)) for c in found[1].replace("%20", "") if c.isdecimal())):
                yield found.span(1)


def is_card(number: str) -> bool:
    """Whether the digits are those of a card."""
    return any(len(number) in lengths and prefix.match(number) for prefix, lengths in _NETWORKS) and luhn(number)
