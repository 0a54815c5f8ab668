"""IBANs (ISO 13616): a country, its length, and the remainder of 97. In groups or not, in any case."""

import re
from collections.abc import Iterator

from millrace.guard.redaction.recognisers.check_digits import mod97

#: Characters in all, by country (SWIFT's IBAN registry).
LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE", "BI"), 16),
    **dict.fromkeys(("DK", "FI", "FK", "FO", "GL", "NL", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "MN", "XK"), 20),
    **dict.fromkeys(("CH", "CR", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "OM", "SO", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BF", "CF", "CG", "CM", "FR", "GR", "IT", "MC", "MG", "ML", "MR", "NI", "SM", "SN"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "DJ", "GT", "HU", "LB", "PL", "SV", "CI", "BJ"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    "LC": 32,
    "RU": 33,
}

_HEAD = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}(?!0[01]|99)[0-9]{2}(?=[ \u00a0.-]?[0-9A-Za-z])")
_TAILS = {
    length: re.compile(rf"(?:[ \u00a0.-]?[0-9A-Za-z]){{{length - 4}}}(?![0-9A-Za-z])")
    for length in set(LENGTHS.values())
}


def find(text: str) -> Iterator[tuple[int, int]]:
    for head in _HEAD.finditer(text):
        length = LENGTHS.get(head[0][:2].upper())
        tail = _TAILS[length].match(text, head.end()) if length else None
        if tail and mod97("".join(c for c in tail[0] + head[0] if c.isalnum())):
            yield head.start(), tail.end()
