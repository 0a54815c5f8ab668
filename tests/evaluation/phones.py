"""Telephone numbers that belong to nobody: kept free for films and examples by the regulators where they do so.

US/CA 555-01xx; UK Ofcom's drama numbers; DE Bundesnetzagentur's (Mitteilung 148/2021); FR ARCEP's; SE PTS's; AU
ACMA's; IE ComReg's.
Spain, Italy, Portugal, Brazil and the Netherlands keep none: there, subscriber numbers of zeros and ones.
"""

from collections.abc import Callable
from random import Random


def _d(random: Random, count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


def _us(r: Random) -> str:
    area, line = r.choice(("202", "212", "303", "415", "503", "617")), f"01{_d(r, 2)}"
    return r.choice(
        (
            f"({area}) 555-{line}",
            f"{area}-555-{line}",
            f"{area}.555.{line}",
            f"+1 {area} 555 {line}",
            f"+1{area}555{line}",
            f"1-{area}-555-{line}",
            f"{area} 555 {line}",
        )
    )


def _uk(r: Random) -> str:
    last = _d(r, 3)
    return r.choice(
        (
            f"020 7946 0{last}",
            f"+44 20 7946 0{last}",
            f"07700 900{last}",
            f"+44 7700 900{last}",
            f"+447700900{last}",
            f"(0161) 496 0{last}",
            f"01632 960{last}",
            f"0044 7700 900 {last}",
        )
    )


def _de(r: Random) -> str:
    last = _d(r, 3)
    return r.choice(
        (
            f"030 23125 {last}",
            f"030/23125{last}",
            f"+49 30 23125{last}",
            f"+49 (0)89 99998{last}",
            f"0221 4710-{last}",
            f"069 90009{last}",
            f"0171 39200{last[:2]}",
            f"0171/39200{last[:2]}",
            f"(040) 66969-{last}",
            f"+4917139200{last[:2]}",
        )
    )


def _fr(r: Random) -> str:
    a, b = _d(r, 2), _d(r, 2)
    return r.choice(
        (
            f"06 39 98 {a} {b}",
            f"06.39.98.{a}.{b}",
            f"01 99 00 {a} {b}",
            f"+33 6 39 98 {a} {b}",
            f"+33 (0)1 99 00 {a} {b}",
            f"063998{a}{b}",
            f"04-65-71-{a}-{b}",
            f"+336 3998 {a}{b}",
        )
    )


def _es(r: Random) -> str:
    a = _d(r, 2)
    return r.choice(
        (
            f"+34 600 000 0{a}",
            f"600 000 0{a}",
            f"91 000 00 {a}",
            f"+34 91 000 00 {a}",
            f"600 00 00 {a}",
            f"(+34) 600 0000{a}",
        )
    )


def _it(r: Random) -> str:
    a = _d(r, 2)
    return r.choice(
        (
            f"+39 06 0000 00{a}",
            f"06 000000{a}",
            f"333 000 00{a}",
            f"+39 333 00000{a}",
            f"02/000000{a}",
            f"0039 333 000 00{a}",
        )
    )


def _pt(r: Random) -> str:
    a = _d(r, 2)
    return r.choice((f"+351 910 000 0{a}", f"910 000 0{a}", f"+351 21 000 00{a}", f"21 000 00 {a}", f"+351210000{a}0"))


def _br(r: Random) -> str:
    a = _d(r, 2)
    return r.choice(
        (f"(11) 90000-00{a}", f"+55 11 90000-00{a}", f"(21) 2000-00{a}", f"11 90000-00{a}", f"+55 (21) 2000-00{a}")
    )


def _nl(r: Random) -> str:
    a = _d(r, 2)
    return r.choice(
        (
            f"06-000000{a}",
            f"06 0000 00{a}",
            f"020-00000{a}",
            f"+31 20 000 00{a}",
            f"+31 6 000000{a}",
            f"(020) 000 00 {a}",
        )
    )


def _other(r: Random) -> str:
    a = _d(r, 2)
    return r.choice(
        (
            f"070-174 06 {a}",
            f"+46 70 174 06 {a}",
            f"+61 491 570 0{a}",
            f"0491 570 0{a}",
            f"+353 20 910 00{a}",
            f"+48 22 000 00 {a}",
            f"+41 44 000 00 {a}",
            f"+91 98765 000{a}",
            f"+86 10 0000 00{a}",
            f"+81 3-0000-00{a}",
        )
    )


BY_LANGUAGE: dict[str, tuple[Callable[[Random], str], ...]] = {
    "en": (_us, _us, _uk, _other),
    "de": (_de,),
    "fr": (_fr,),
    "es": (_es,),
    "it": (_it,),
    "pt": (_pt, _br),
    "nl": (_nl,),
}


def phone(random: Random, language: str) -> str:
    """As it is written where the language is spoken."""
    return random.choice(BY_LANGUAGE.get(language, (_other,)))(random)
