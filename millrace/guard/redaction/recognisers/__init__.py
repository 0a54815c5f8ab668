"""What finds personal data of one class in a text: a module each, and those that are installed beside them.

A recogniser is called with a text and gives the `(start, end)` of each find, in characters. Those here take time linear
in the text, whatever is in it: their patterns are bounded or possessive, and begin where a token begins.

More are registered by `register`, or by an installed package through the entry-point group `millrace.recognisers`,
whose names are the classes: that is how names of people, which no pattern finds, are brought in.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

from millrace.guard.redaction.recognisers import address, card, email, iban, ip, key, national_id, phone

GROUP = "millrace.recognisers"
_CLASS = re.compile(r"[a-z][a-z_]{0,22}[a-z]")


class Recogniser(Protocol):
    """Finds one class of personal data."""

    def __call__(self, text: str) -> Iterable[tuple[int, int]]: ...


#: The classes, in the order in which one wins where two overlap.
_KNOWN: dict[str, Recogniser] = {
    "key": key.find,
    "email": email.find,
    "iban": iban.find,
    "card": card.find,
    "national_id": national_id.find,
    "ip": ip.find,
    "phone": phone.find,
    "address": address.find,
}

#: Ours: cheap enough to be asked again about what stands beside a find.
SHIPPED: frozenset[Recogniser] = frozenset(_KNOWN.values())

#: Those of ours that find nothing where there is no digit: the others see a text whole.
WITH_DIGITS: frozenset[Recogniser] = frozenset(
    (address.find, card.find, iban.find, ip.find, national_id.find, phone.find)
)

#: What is not looked for unless a policy says so: in most prompts an IP address is a server's.
_ASKED_FOR = {"ip"}


def register(name: str, recogniser: Recogniser) -> None:
    """A recogniser for a class of its own, or in the place of one of ours. `name`: lower-case letters and `_`.

    Raises ValueError for a name that no placeholder can be made of.
    """
    if not _CLASS.fullmatch(name):
        raise ValueError(f"a class is lower-case letters and _, at most 24: not {name!r}")
    _KNOWN[name] = recogniser


def known() -> dict[str, Recogniser]:
    """Every class there is, with what finds it."""
    _installed()
    return dict(_KNOWN)


def default() -> frozenset[str]:
    """The classes that are looked for unless a policy says otherwise: ours, and all that were installed."""
    return frozenset(known()) - _ASKED_FOR


@cache
def _installed() -> None:
    for entry in entry_points(group=GROUP):
        register(entry.name, entry.load())
