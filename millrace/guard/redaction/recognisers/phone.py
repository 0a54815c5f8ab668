"""Telephone numbers: international ones, ones grouped as a country's are, and any that the text calls one.

There is no check digit, so the shape and the words before have to tell: a date, price, version or order number is
written otherwise, or is called by its name.
"""

import re
from collections.abc import Iterator

#: How far before a number the word may be that tells it is one to call, in characters.
REACH = 40

_GAP = r"[ .\u00a0/-]"

#: Digits with little between them. Possessive, since what parts them is no digit: there is one way to read it.
_RUN = r"\d(?:[ .\u00a0/()-]{0,3}\d)*+"
_INTERNATIONAL = re.compile(rf"(?<![\w+])(?<!\d )\(?(?:\+|00(?=[1-9]\d{{0,2}}[ (])){_RUN}")
_ANY = re.compile(rf"(?<![\w+.,-])\(?{_RUN}")

#: Grouped as in North America; Britain, France, Germany, Italy, the Netherlands ... (a trunk 0); Brazil.
_NATIONAL = re.compile(
    r"(?<![\w+.-])(?<!\d[ :])(?:"
    r"(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}|[2-9]\d{2}-[2-9]\d{6}"
    rf"|\(0\d{{1,5}}\){_GAP}?\d{{2,4}}(?:{_GAP}?\d{{2,4}}){{1,3}}"
    r"|0[1-9]\d{0,4}(?: ?[/-] ?| )\d{2,8}(?:[ .-]\d{2,4}){0,4}"
    r"|0[1-9](?:[ .-]\d\d){4}"
    r"|\(\d{2}\) ?9?\d{4}-\d{4}|\d{2} 9\d{4}-\d{4}"
    r")(?!\w|[-.,:/]\d| \d)"
)

_WORD = re.compile(
    r"(?i)\b(?:tel\w{0,8}|tél\w{0,8}|phon(?:e|ing)\w{0,6}|mobile?|fax|call(?:ing)?|dial|ring|text|sms|whatsapp|cell\w{0,6}|reach\w{0,6}|handy\w{0,6}|"
    r"ruf\w{0,8}|anruf\w{0,4}|zurück|erreichbar|appel\w{0,6}|portable|joindre|llám?\w{0,6}|llam\w{0,6}|m[óo]vil|tfno|tlf|zap|home|desk|office|büro|chiam\w{0,6}|cell\w{0,8}|"
    r"lig(?:ue|a|ar)|telem[óo]vel|contato|contact|bel(?:len)?|gsm|kontakt|ring|numéro|numero|número|nummer|number|nr|звоните|тел\w{0,6})\b|[☎📞]|电话|電話|手机"
)
_OTHER = re.compile(
    r"(?i)\b(?:order|ticket|invoice|tracking|serial|customer|client|kunden\w*|auftrag\w*|bestell\w*|rechnung\w*|serien\w*|vertrag\w*|commande|"
    r"suivi|dossier|pedido|factura|seguimiento|ordine|matricola|rastreio|factuur|klant\w*|bestelling|version\w*|isbn|imei|ref\w{0,8}|id|chat|prime|"
    r"iban|cvc|account|konto\w*|ssn|bsn|nif|cpf|pesel|sin|port|error|line|room|population|between|factor|prim\w{0,3}|charge)\b"
)


_DATE = re.compile(r"(?:19|20)\d\d[-./]\d\d?[-./]\d\d?(?!\d)|\d\d?[-./]\d\d?[-./](?:19|20)\d\d(?!\d)")


def find(text: str) -> Iterator[tuple[int, int]]:
    yield from (_most(found, 15) for found in _INTERNATIONAL.finditer(text) if _digits(found[0]) >= 8)
    yield from (found.span() for found in _NATIONAL.finditer(text) if 9 <= _digits(found[0]) <= 12)
    for found in _ANY.finditer(text):
        if 7 <= _digits(found[0]) <= 13 and not _DATE.match(found[0]) and _called(text, found.start()):
            yield _most(found, 13)


def _digits(shown: str) -> int:
    return sum(map(str.isdecimal, shown))


def _most(found: re.Match[str], digits: int) -> tuple[int, int]:
    """No more digits than a number has, and no bracket whose other half is outside."""
    shown, start = found[0][: digits * 4], found.start()
    while _digits(shown) > digits:
        shown = shown[:-1]
    if shown.startswith("(") and ")" not in shown:
        start, shown = start + 1, shown[1:]
    return start, start + len(shown.rstrip(" .(/-"))


def _called(text: str, start: int) -> bool:
    """Whether the last word before that says what a number is says that it is one to call."""
    since = max(start - REACH, text.rfind("\n", max(start - REACH, 0), start) + 1, 0)
    word = [found.end() for found in _WORD.finditer(text, since, start)]
    other = [found.end() for found in _OTHER.finditer(text, since, start)]
    return bool(word) and max(word) > max(other, default=-1)
