"""Street addresses of western Europe and America: a kind of street, a name and a number, and a town if there is one.

A word such as "street" and a number alone are none: names are capitalised, and numbers stand where the language has
them.
"""

import re
from collections.abc import Iterator

_BIG = r"[A-ZÀ-ÖØ-ÞŁŚŻĆŽŠČ]"
#: Possessive, for it may hold the mark that parts it from the next: given back by letters, three take a million steps.
_NAME = rf"{_BIG}[\w'’.-]{{0,30}}+"
_TOWN = rf"{_NAME}(?:[ -](?:{_NAME}|de|do|da|am|an der|sur|la|le|del|di)){{0,3}}"
_LETTER = r"(?: ?[a-z]\b)?"

#: Springfield, OR 97477; London NW1 6XE
_ENGLISH_TOWN = (
    rf"(?:(?:,? \n?{_TOWN})?,? (?:[A-Z]{{2}}(?: \d{{5}}(?:-\d{{4}})?)?|[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}}))?"
)

#: 12345 Musterstadt; 1015 CJ Amsterdam; 01304-001 São Paulo - SP
_POSTCODE = r"(?:CEP )?(?:[A-Z]{1,2}-)?(?:\d{4,5}(?:-\d{3})?|\d{2}[ -]\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2})"
_PROVINCE = r"(?: ?[-–] ?[A-Z]{2}\b| \([A-Z]{2}\)| [A-Z]{2}\b)?"
_AFTER = rf"(?:(?:,| -| –)? ?\n?{_POSTCODE}(?: {_TOWN}{_PROVINCE})?)?"

#: 221B Baker Street; Flat 2, 14 Old Mill Lane, Apt 7
_KINDS = (
    "Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Terrace|Court|Ct|Way|Place|Pl|Square|Sq|Highway|Hwy|"
    "Parkway|Pkwy|Crescent|Close|Row|Gardens|Mews|Circle|Trail|Alley|Quay|Walk|Hill|Green"
)
_ENGLISH = (
    r"(?<![\w.,])(?:(?:Flat|Apt|Unit|Suite) \w{1,4}, )?\d{1,5}(?:[A-Za-z]|[/-]\d{1,3})? (?:[NSEW]\.? )?"
    rf"(?:(?:{_NAME}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,3}}(?:{_KINDS})\b\.?(?: [NSEW]{{1,2}}\b)?"
    r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|#)\.? ?#?\w{1,6})?" + _ENGLISH_TOWN
)
_BOX = r"(?i:P\.? ?O\.? ?Box) \d{1,6}" + _ENGLISH_TOWN

#: Musterstraße 12a; Am Alten Markt 7; Unter den Linden 5
_GERMAN_END = r"(?:straße|strasse|str\.|weg|gasse|allee|platz|ring|damm|ufer|graben|steig|chaussee|markt|hof|pfad)"
_GERMAN_WORD = r"(?:Straße|Str\.|Weg|Gasse|Allee|Platz|Ring|Damm|Ufer|Graben|Markt|Hof)"
_GERMAN_LEAD = r"(?:Am|An|Auf|Im|In|Zum|Zur|Alte[rnms]?|Neue[rnms]?|Lange|Große|Kleine|Obere|Untere)"
_GERMAN = (
    rf"(?<![\w-])(?:{_GERMAN_LEAD}[ -](?:der |dem |den )?)?(?:{_NAME}[ -]){{0,2}}"
    rf"(?:{_BIG}[\w-]{{0,30}}{_GERMAN_END}|(?<=[\w.][ -])(?<!Die )(?<!Der )(?<!Das )(?<!Eine ){_GERMAN_WORD})"
    r" ?\d{1,4}"
    rf"{_LETTER}(?:-\d{{1,4}})?{_AFTER}"
)
_GERMAN_UNDER = rf"(?<![\w-])(?:Unter|Hinter|Vor|Auf|An) de[nmr] {_NAME} \d{{1,4}}{_LETTER}{_AFTER}"
_GERMAN_BOX = rf"(?<![\w-])Postfach (?:\d{{2}} ?){{1,3}}{_AFTER}"

#: Keizersgracht 123-2, 1015 CJ Amsterdam; Exempelgatan 5, 123 45 Exempelstad
_DUTCH_END = (
    r"(?:straat|gracht|weg|laan|kade|plein|dijk|singel|dreef|pad|steeg|markt|hof|baan|wal|"
    r"gatan|gata|vägen|vegen|veien|gade|vej|katu|tie)"
)
_DUTCH = (
    rf"(?<![\w-])(?:(?:Oude|Nieuwe|Lange|Korte|Prins|Van|De) ?(?:{_NAME} )?)?(?:{_BIG}[\w-]{{0,30}}{_DUTCH_END}|Singel)"
    rf" \d{{1,4}}(?: ?[a-z]\b|-\d{{1,3}}| hs\b)?{_AFTER}"
)

_PARTICLE = (
    r"(?:(?:de|du|des|del|della|dello|dell|delle|dei|degli|do|da|dos|das|la|las|los|le|les|el|l|d|di|van|den|der)[ '’])"
)
_NAMED = rf"{_PARTICLE}{{0,3}}{_NAME}(?:[ -](?:{_PARTICLE}{{0,2}}{_NAME})){{0,4}}"

#: 12 bis, rue de la Paix, 75002 Paris
_FRENCH_KINDS = "rue|avenue|av\\.|boulevard|bd|place|impasse|chemin|allée|quai|cours|route|square|passage|ruelle"
_FRENCH = (
    rf"(?<![\w.,])\d{{1,4}}(?:,? ?(?:bis|ter|quater)\b)?,? (?:de (?:la |l['’])?)?(?i:{_FRENCH_KINDS}) {_NAMED}{_AFTER}"
)

#: Calle de Alcalá, 5, 3º B, 28013 Madrid; Via Roma n. 1; Rua Augusta, 1500 - apto 4
_SOUTHERN_KINDS = (
    r"calle|c/|avenida|avda\.?|av\.|plaza|paseo|carrer|camino|ronda|via|viale|piazza|corso|largo|vicolo|"
    r"rua|praça|travessa|alameda|estrada|rodovia|ul\.|al\.|os\."
)
_NUMBER = r"(?:,? ?(?:n[º°.]?\.? ?|núm\. ?|nr\.? ?)?\d{1,5}(?: ?[a-zA-Z]\b|/\w{1,3})?)"
_STAIRS = r"\d{1,2}[ºª°]\.? ?(?:[A-Z]\b|izq\.?|dcha\.?|esq\.?|dto\.?)?"
_FLOOR = rf"(?:,? [-–]? ?(?:{_STAIRS}|piso \d{{1,2}}|apto\.? ?\d{{1,4}}|int\. ?\w{{1,3}}|andar \d{{1,2}}|Centro))?"
_SOUTHERN = rf"(?<![\w-])(?:(?i:{_SOUTHERN_KINDS})|R\.) ?{_NAMED}{_NUMBER}{_FLOOR}{_AFTER}"

#: Anything before a number, a postcode and a town.
_WITH_TOWN = rf"(?<![\w-])(?:{_NAME}[ -]){{0,3}}{_NAME} \d{{1,4}}{_LETTER}, (?:[A-Z]{{1,2}}-)?\d{{4,5}} {_TOWN}"

PATTERNS = tuple(
    re.compile(rf"(?:{pattern})(?!\w)")
    for pattern in (_ENGLISH, _BOX, _GERMAN, _GERMAN_UNDER, _GERMAN_BOX, _DUTCH, _FRENCH, _SOUTHERN, _WITH_TOWN)
)


def find(text: str) -> Iterator[tuple[int, int]]:
    for pattern in PATTERNS:
        for found in pattern.finditer(text):
            yield found.start(), found.start() + len(found[0].rstrip(" .-'’"))
