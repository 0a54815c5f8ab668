"""National identification numbers with right check digits that are not issued, as far as the issuers keep any back.

US: 987-65-43xx and the documented 078-05-1120 and 219-09-9999. DE: Steuer-IDs that begin with 0, as test ones do.
FR: order number 000. ES: below 01000000 and above 99999000. IT: communes Z9xx. UK: prefixes HMRC does not issue. NL:
9990xxxxx, the test range. CA: SINs that begin with 0.
For BR, PT, PL, BE, CH, SE, FI and IN: documented examples, and numbers by the formula, which nobody keeps back.
"""

from collections.abc import Callable
from random import Random

from tests.evaluation.check_digits import codice_fiscale, cpf, luhn, mod11_10, verhoeff, weighted


def _d(r: Random, count: int) -> str:
    return "".join(r.choices("0123456789", k=count))


def _us(r: Random) -> str:
    return r.choice((f"987-65-43{r.randint(20, 29)}", "078-05-1120", "219-09-9999", f"987 65 43{r.randint(20, 29)}"))


def _de(r: Random) -> str:
    rest = r.sample("123456789", 8)
    rest.insert(r.randint(0, 8), r.choice(rest))
    made = "0" + "".join(rest)
    made += mod11_10(made)
    return r.choice((made, f"{made[:2]} {made[2:5]} {made[5:8]} {made[8:]}"))


def _fr(r: Random) -> str:
    born = f"{r.choice('12')}{r.randint(40, 99)}{r.randint(1, 12):02d}"
    body = f"{born}{r.choice(('75', '13', '69', '33', '59'))}{r.randint(1, 300):03d}000"
    made = f"{body}{97 - int(body) % 97:02d}"
    return r.choice((made, f"{made[0]} {made[1:3]} {made[3:5]} {made[5:7]} {made[7:10]} {made[10:13]} {made[13:]}"))


def _es(r: Random) -> str:
    letters = "TRWAGMYFPDXBNJZSQVHLCKE"
    if r.random() < 0.4:
        lead = r.randint(0, 2)
        number = _d(r, 7)
        return f"{'XYZ'[lead]}{r.choice(('', '-'))}{number}{r.choice(('', '-'))}{letters[int(f'{lead}{number}') % 23]}"
    number = r.choice((f"00{_d(r, 6)}", f"99999{_d(r, 3)}", "12345678"))
    letter = letters[int(number) % 23]
    return r.choice((f"{number}{letter}", f"{number}-{letter}", f"{number[:2]}.{number[2:5]}.{number[5:]}-{letter}"))


def _it(r: Random) -> str:
    consonants = "BCDFGLMNPRSTVZ"
    made = (
        "".join(r.choices(consonants, k=6))
        + f"{r.randint(40, 99)}{r.choice('ABCDEHLMPRST')}{r.randint(1, 28):02d}Z9{_d(r, 2)}"
    )
    made += codice_fiscale(made)
    return r.choice((made, made, made.lower(), f"{made[:3]} {made[3:6]} {made[6:11]} {made[11:]}"))


def _uk(r: Random) -> str:
    prefix = r.choice(("QQ", "DA", "FY", "UJ", "QX", "VA", "IB"))
    pairs = [prefix, _d(r, 2), _d(r, 2), _d(r, 2), r.choice("ABCD")]
    return r.choice((" ", "")).join(pairs)


def _br(r: Random) -> str:
    body = r.choice(("111444777", "123456789", "529982247", f"0000{_d(r, 5)}"))
    made = body + cpf(body)
    return r.choice(
        (made, f"{made[:3]}.{made[3:6]}.{made[6:9]}-{made[9:]}", f"{made[:3]}.{made[3:6]}.{made[6:9]}-{made[9:]}")
    )


def _nl(r: Random) -> str:
    while True:
        body = f"9990{_d(r, 4)}"
        check = weighted(body, range(9, 1, -1), 11)
        if check < 10:
            made = body + str(check)
            return r.choice((made, f"{made[:4]}.{made[4:6]}.{made[6:]}", "111222333", "123456782"))


def _pt(r: Random) -> str:
    body = r.choice(("99999999", "12345678", f"2{_d(r, 7)}"))
    check = 11 - weighted(body, range(9, 1, -1), 11)
    made = body + str(0 if check >= 10 else check)
    return r.choice((made, f"{made[:3]} {made[3:6]} {made[6:]}"))


def _pl(r: Random) -> str:
    body = f"{r.randint(40, 99)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{_d(r, 4)}"
    return body + str(-weighted(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), 10) % 10)


def _be(r: Random) -> str:
    body = f"{r.randint(40, 99)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{r.randint(1, 997):03d}"
    made = f"{body}{97 - int(body) % 97:02d}"
    return r.choice((made, f"{made[:2]}.{made[2:4]}.{made[4:6]}-{made[6:9]}.{made[9:]}", "85.07.30-033.28"))


def _ch(r: Random) -> str:
    body = f"756{_d(r, 9)}"
    made = body + str(-weighted(body, (1, 3) * 6, 10) % 10)
    return r.choice((made, f"{made[:3]}.{made[3:7]}.{made[7:11]}.{made[11:]}", "756.9217.0769.85"))


def _se(r: Random) -> str:
    body = f"{r.randint(40, 99)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{_d(r, 3)}"
    made = f"{body[:6]}-{body[6:]}{luhn(body)}"
    return r.choice((made, f"19{made}", "811228-9874"))


def _fi(r: Random) -> str:
    day, serial = f"{r.randint(1, 28):02d}{r.randint(1, 12):02d}{r.randint(40, 99)}", f"9{_d(r, 2)}"
    return f"{day}-{serial}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(day + serial) % 31]}"


def _ca(r: Random) -> str:
    body = f"0{_d(r, 7)}"
    made = body + luhn(body)
    between = r.choice((" ", "-"))
    return f"{made[:3]}{between}{made[3:6]}{between}{made[6:]}"


def _in(r: Random) -> str:
    body = f"9999{_d(r, 7)}"
    made = body + verhoeff(body)
    return f"{made[:4]} {made[4:8]} {made[8:]}"


MAKERS: dict[str, Callable[[Random], str]] = {
    "us": _us,
    "de": _de,
    "fr": _fr,
    "es": _es,
    "it": _it,
    "uk": _uk,
    "br": _br,
    "nl": _nl,
    "pt": _pt,
    "pl": _pl,
    "be": _be,
    "ch": _ch,
    "se": _se,
    "fi": _fi,
    "ca": _ca,
    "in": _in,
}
