"""What looks like personal data and is none: the hard negatives."""

import string
from collections.abc import Callable
from random import Random

from tests.evaluation.check_digits import luhn
from tests.evaluation.values import ALNUM, HEX, digits, pick


def _uuid(r: Random) -> str:
    return "-".join(pick(r, HEX, n) for n in (8, 4, 4, 4, 12))


def _isbn(r: Random) -> str:
    body = f"978{digits(r, 9)}"
    check = -sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(body)) % 10
    return r.choice((f"{body}{check}", f"978-{body[3]}-{body[4:8]}-{body[8:12]}-{check}"))


def _luhn(r: Random) -> str:
    """Passes Luhn's test, and begins as no card does."""
    body = r.choice(("9", "1", "7", "8")) + digits(r, 14)
    return body + luhn(body)


def _imei(r: Random) -> str:
    body = f"35{digits(r, 12)}"
    return body + luhn(body)


def _not_luhn(r: Random) -> str:
    """Written as a card is, but fails Luhn's test."""
    body = f"4{digits(r, 14)}"
    made = body + str((int(luhn(body)) + r.randint(1, 9)) % 10)
    return " ".join(made[i : i + 4] for i in (0, 4, 8, 12))


def _not_iban(r: Random) -> str:
    """Written as a German IBAN is, with a wrong check."""
    return f"DE00 {digits(r, 4)} {digits(r, 4)} {digits(r, 4)} {digits(r, 4)} {digits(r, 2)}"


def _timestamp(r: Random) -> str:
    day = f"20{r.randint(10, 29)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"
    clock = f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}:{r.randint(0, 59):02d}"
    return r.choice(
        (
            f"{day} {clock}",
            f"{day}T{clock}Z",
            f"{day}T{clock}.{digits(r, 6)}+02:00",
            str(r.randint(1_500_000_000, 1_900_000_000)),
        )
    )


def _order(r: Random) -> str:
    long = f"{digits(r, 3)}-{digits(r, 7)}-{digits(r, 7)}"
    return r.choice((digits(r, 8), digits(r, 10), long, f"PO-{digits(r, 6)}", f"{digits(r, 4)}-{digits(r, 5)}"))


def _version(r: Random) -> str:
    plain = f"{r.randint(0, 30)}.{r.randint(0, 99)}.{r.randint(0, 999)}"
    candidate = f"v{r.randint(1, 9)}.{r.randint(0, 20)}.{r.randint(0, 9)}-rc{r.randint(1, 4)}"
    return r.choice((plain, candidate, f"10.0.{r.randint(10000, 26000)}.{r.randint(1, 4000)}"))


def _price(r: Random) -> str:
    english, german = (
        f"{r.randint(1, 99)},{digits(r, 3)}.{digits(r, 2)}",
        f"{r.randint(1, 999)}.{digits(r, 3)},{digits(r, 2)}",
    )
    return r.choice((english, german, f"{r.randint(1, 9)} {digits(r, 3)} {digits(r, 3)}"))


def _part(r: Random) -> str:
    letters = string.ascii_uppercase
    return f"{pick(r, letters, 2)}-{digits(r, 4)}-{pick(r, letters, 1)}{digits(r, 2)}"


MAKERS: dict[str, Callable[[Random], str]] = {
    "order": _order,
    "version": _version,
    "sha": lambda r: pick(r, HEX, r.choice((7, 40, 64))),
    "md5": lambda r: pick(r, HEX, 32),
    "uuid": _uuid,
    "isbn": _isbn,
    "luhn": _luhn,
    "imei": _imei,
    "not_luhn": _not_luhn,
    "not_iban": _not_iban,
    "timestamp": _timestamp,
    "price": _price,
    "coords": lambda r: f"{r.randint(1, 59)}.{digits(r, 6)}, {r.randint(1, 99)}.{digits(r, 6)}",
    "mac": lambda r: ":".join(pick(r, HEX, 2) for _ in range(6)),
    "part": _part,
    "base64": lambda r: pick(r, ALNUM + "+/", 43) + "=",
    "number": lambda r: digits(r, r.choice((9, 10, 11, 12))),
    "year_range": lambda r: f"{r.randint(1800, 1999)}-{r.randint(2000, 2025)}",
    "doi": lambda r: f"10.{digits(r, 4)}/{pick(r, string.ascii_lowercase, 5)}.{digits(r, 4)}.{digits(r, 6)}",
}
