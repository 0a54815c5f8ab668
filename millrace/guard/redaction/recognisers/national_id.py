"""National identification numbers: the shape in which each country writes them, and its check digits where it has any.

Where a shape is so plain that other numbers have it too (nine digits, with one check digit), the text must name the
number shortly before: `word`.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from millrace.guard.redaction.recognisers.check_digits import luhn, mod11_10, verhoeff, weighted

#: How far before a number the word may be that names it, in characters.
REACH = 60


class Shape(NamedTuple):
    country: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]
    word: re.Pattern[str] | None = None


_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def _ssn(n: str) -> bool:
    """Area 000 and 666 are not issued, nor group 00 or serial 0000; 9xx are ITINs, of which the groups are limited."""
    return (
        n[:3] not in ("000", "666") and n[3:5] != "00" and n[5:] != "0000" and (n[0] != "9" or 50 <= int(n[3:5]) <= 99)
    )


def _steuer_id(n: str) -> bool:
    """One digit of the first ten comes twice or thrice, the others once at most."""
    counts = sorted(n[:10].count(d) for d in set(n[:10]))
    return counts[-1] in (2, 3) and counts[:-1] == [1] * (len(counts) - 1) and mod11_10(n)


def _nir(n: str) -> bool:
    body = n[:13].upper().replace("2A", "19").replace("2B", "18")
    return body.isdecimal() and 97 - int(body) % 97 == int(n[13:])


def _dni(n: str) -> bool:
    number = n[:-1].upper().translate(str.maketrans("XYZ", "012"))
    return _DNI[int(number) % 23] == n[-1].upper()


def _codice(n: str) -> bool:
    values = [int(c) if c.isdecimal() else ord(c) - 65 for c in n.upper()]
    return (sum(_ODD[v] for v in values[0:15:2]) + sum(values[1:15:2])) % 26 == values[15]


def _cpf(n: str) -> bool:
    firsts = [weighted(n, range(length, 1, -1)) * 10 % 11 % 10 for length in (10, 11)]
    return firsts == [int(n[9]), int(n[10])] and len(set(n)) > 1


def _bsn(n: str) -> bool:
    return weighted(n, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and len(set(n)) > 1


def _nif(n: str) -> bool:
    return (11 - weighted(n[:8], range(9, 1, -1)) % 11) % 11 % 10 == int(n[8])


def _pesel(n: str) -> bool:
    return weighted(n, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0 and int(n[2:4]) % 20 in range(1, 13)


def _rijksregister(n: str) -> bool:
    return int(n[9:]) in (97 - int(n[:9]) % 97, 97 - int("2" + n[:9]) % 97)


def _ahv(n: str) -> bool:
    return weighted(n, (1, 3) * 6 + (1,)) % 10 == 0


def _personnummer(n: str) -> bool:
    return luhn(n[-10:]) and int(n[-8:-6]) in range(1, 13)


def _hetu(n: str) -> bool:
    return _HETU[int(n[:6] + n[-4:-1]) % 31] == n[-1].upper()


def _always(_: str) -> bool:
    """No check digit: the shape has to do."""
    return True


def _shape(country: str, pattern: str, holds: Callable[[str], bool], word: str | None = None) -> Shape:
    named = re.compile(rf"(?i)\b(?:{word})\b") if word else None
    return Shape(country, re.compile(rf"(?<![0-9A-Za-z.-])(?:{pattern})(?![0-9A-Za-z]|-\d)"), holds, named)


_TAX_PT = r"nif|nipc|contribuinte|fiscal"
_TAX_NL = r"bsn|sofi\w*|burgerservice\w*|persoonsnummer"

SHAPES = (
    _shape("us", r"\d{3}([- ])\d{2}\1\d{4}", _ssn),
    _shape("us", r"\d{9}", _ssn, r"ssn|itin|social security(?: (?:no|number|#))?"),
    _shape("uk", r"(?i:[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D])", _always, r"nino|ni|national insurance|insurance|hmrc"),
    _shape("uk", r"[A-Z]{2} \d{2} \d{2} \d{2} [A-D]|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", _always),
    _shape("de", r"\d{2}([ ]?)\d{3}\1\d{3}\1\d{3}", _steuer_id),
    _shape("fr", r"[12]([ .]?)\d{2}\1\d{2}\1(?:\d{2}|2[ABab])\1\d{3}\1\d{3}[ .]?\d{2}", _nir),
    _shape("es", r"(?:\d{8}|\d{2}\.\d{3}\.\d{3}|[XYZxyz][- ]?\d{7})[- ]?[A-Za-z]", _dni),
    _shape("it", r"(?i:[A-Z]{3} ?[A-Z]{3} ?\d{2}[A-EHLMPRST]\d{2} ?[A-Z]\d{3}[A-Z])", _codice),
    _shape("br", r"\d{3}\.\d{3}\.\d{3}[-.]\d{2}|\d{9}-?\d{2}", _cpf),
    _shape("nl", r"\d{4}\.\d{2}\.\d{3}", _bsn),
    _shape("nl", r"\d{9}", _bsn, _TAX_NL),
    _shape("pt", r"\d{3}([ .]?)\d{3}\1\d{3}", _nif, _TAX_PT),
    _shape("pl", r"\d{11}", _pesel, r"pesel\w*"),
    _shape("be", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}|\d{11}", _rijksregister),
    _shape("ch", r"756(\.?)\d{4}\1\d{4}\1\d{2}", _ahv),
    _shape("se", r"(?:19|20)?\d{6}[-+]\d{4}", _personnummer),
    _shape("se", r"(?:19|20)\d{10}|\d{10}", _personnummer, r"person(?:nr|nummer)\w*"),
    _shape("fi", r"\d{6}[-+A]\d{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y]", _hetu),
    _shape("ca", r"\d{3}([- ])\d{3}\1\d{3}", luhn, r"sin|nas|social insurance|assurance sociale"),
    _shape("in", r"[2-9]\d{3} \d{4} \d{4}", verhoeff),
    _shape("in", r"\d{12}", verhoeff, r"aadhaar|aadhar|uid(?:ai)?"),
)


def find(text: str) -> Iterator[tuple[int, int]]:
    for shape in SHAPES:
        for found in shape.pattern.finditer(text):
            if _named(shape, text, found.start()) and shape.holds("".join(filter(str.isalnum, found[0]))):
                yield found.span()


def _named(shape: Shape, text: str, start: int) -> bool:
    return shape.word is None or shape.word.search(text, max(0, start - REACH), start) is not None
