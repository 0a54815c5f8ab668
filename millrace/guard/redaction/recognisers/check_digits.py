"""The sums by which a number tells that it is one. Each takes the bare number, and says whether it holds."""

from collections.abc import Sequence

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1: cards, Canadian SIN, Swedish personnummer."""
    digits = [int(c) for c in reversed(number)]
    return (sum(digits[::2]) + sum(_DOUBLED[d] for d in digits[1::2])) % 10 == 0


def mod97(code: str) -> bool:
    """ISO 7064 MOD 97-10 of letters and digits: IBAN, of which the head is moved to the end first."""
    return int("".join(str(int(c, 36)) for c in code)) % 97 == 1


def weighted(number: str, weights: Sequence[int]) -> int:
    """The sum of digits times weights."""
    return sum(int(c) * weight for c, weight in zip(number, weights, strict=False))


def mod11_10(number: str) -> bool:
    """ISO 7064 MOD 11,10: German Steuer-ID."""
    product = 10
    for c in number[:-1]:
        product = ((int(c) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(number[-1])


_TURNED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _powers() -> list[tuple[int, ...]]:
    rows = [tuple(range(10))]
    while len(rows) < 8:
        rows.append(tuple(_TURNED[d] for d in rows[-1]))
    return rows


_TURNS = _powers()


def _times(a: int, b: int) -> int:
    """In the dihedral group D5."""
    if a < 5:
        return (a + b) % 5 + b // 5 * 5
    return (a - b) % 5 + (1 - b // 5) * 5


def verhoeff(number: str) -> bool:
    """J. Verhoeff, 1969: India's Aadhaar."""
    check = 0
    for place, c in enumerate(reversed(number)):
        check = _times(check, _TURNS[place % 8][int(c)])
    return check == 0
