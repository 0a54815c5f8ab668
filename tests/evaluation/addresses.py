"""Street addresses as they are written where a language is spoken: invented streets and towns, numbers at random."""

from collections.abc import Callable
from random import Random

NAMED = (
    "Evergreen",
    "Maple",
    "Old Mill",
    "Saint Anselm",
    "N. Harbor",
    "Fictional",
    "Quarry Hill",
    "14th",
    "East Willow",
)


def _n(r: Random, most: int = 180) -> int:
    return r.randint(1, most)


def _en(r: Random) -> str:
    street = f"{r.choice(NAMED)} " + r.choice(
        ("Street", "St", "Avenue", "Ave.", "Road", "Rd", "Lane", "Drive", "Blvd", "Terrace", "Court", "Way")
    )
    town = r.choice(("Springfield, OR 97477", "Anytown, CA 90210", "Exampleville, TX 73301-0001", "Faketon, NY 10001"))
    uk = r.choice(("Borchester BR1 9ZZ", "Ambridge, BC2 4XQ", "Toytown EX4 2MP", "London SW1A 9ZZ"))
    unit = r.choice(("", "", f", Apt {_n(r, 40)}", f", Suite {_n(r, 900)}", f" #{_n(r, 30)}"))
    return r.choice(
        (
            f"{_n(r, 9999)} {street}{unit}, {town}",
            f"{_n(r, 9999)} {street}",
            f"{_n(r, 200)} {street}, {uk}",
            f"Flat {_n(r, 9)}, {_n(r)} {street}, {uk}",
            f"P.O. Box {_n(r, 9999)}, {town}",
        )
    )


def _de(r: Random) -> str:
    street = r.choice(
        (
            "Musterstraße",
            "Beispielweg",
            "Alte Mühlgasse",
            "Am Mühlgraben",
            "Lindenallee",
            "Marienplatz",
            "Johann-Beispiel-Str.",
            "Hauptstr.",
            "Unter den Erlen",
            "Kirchgasse",
            "Schillerring",
            "Neuer Damm",
        )
    )
    number = f"{_n(r)}{r.choice(('', '', 'a', ' b'))}"
    town = r.choice(
        (
            "12345 Musterstadt",
            "99999 Beispielhausen",
            "D-01234 Neudorf",
            "10115 Berlin",
            "8001 Zürich",
            "1010 Wien",
            "80331 München",
            "04109 Leipzig",
        )
    )
    return r.choice((f"{street} {number}, {town}", f"{street} {number}, {town}", f"{street} {number}"))


def _fr(r: Random) -> str:
    kind = r.choice(("rue", "avenue", "boulevard", "place", "impasse", "chemin", "allée", "quai", "bd"))
    name = r.choice(
        (
            "de l'Exemple",
            "des Lilas",
            "du Vieux Moulin",
            "Jean Modèle",
            "de la Fontaine",
            "Saint-Anselme",
            "Victor-Exemple",
            "d'Imagination",
        )
    )
    town = r.choice(
        (
            "75001 Paris",
            "69003 Lyon",
            "99123 Villeneuve-Exemple",
            "1000 Bruxelles",
            "33000 Bordeaux",
            "13 001 Marseille",
        )
    )
    number = f"{_n(r)}{r.choice(('', '', ' bis', ' ter', ','))}"
    return r.choice((f"{number} {kind} {name}, {town}", f"{number} {kind} {name}, {town}", f"{number} {kind} {name}"))


def _es(r: Random) -> str:
    kind = r.choice(("Calle", "C/", "Avenida", "Avda.", "Plaza", "Paseo", "calle", "Carrer"))
    name = r.choice(("de los Ejemplos", "del Molino Viejo", "Mayor", "San Anselmo", "de la Paz", "Alcalá", "Inventada"))
    town = r.choice(("28013 Madrid", "08001 Barcelona", "41001 Sevilla", "99999 Villaejemplo"))
    floor = r.choice(("", "", ", 3º B", ", 1º izq.", ", piso 2"))
    return r.choice(
        (
            f"{kind} {name}, {_n(r)}{floor}, {town}",
            f"{kind} {name} {_n(r)}, {town}",
            f"{kind} {name}, {_n(r)}{floor}",
            f"{kind} {name} nº {_n(r)}",
        )
    )


def _it(r: Random) -> str:
    kind = r.choice(("Via", "Viale", "Piazza", "Corso", "via", "Largo", "Vicolo"))
    name = r.choice(
        ("dell'Esempio", "del Mulino", "Giuseppe Modello", "Roma", "San Anselmo", "delle Rose", "XX Settembre")
    )
    town = r.choice(("00100 Roma", "20121 Milano (MI)", "99999 Borgo Esempio", "10121 Torino TO", "50122 Firenze"))
    return r.choice(
        (
            f"{kind} {name}, {_n(r)} - {town}",
            f"{kind} {name} {_n(r)}, {town}",
            f"{kind} {name}, {_n(r)}",
            f"{kind} {name} n. {_n(r)}, {town}",
        )
    )


def _pt(r: Random) -> str:
    kind = r.choice(("Rua", "Avenida", "Av.", "Praça", "Travessa", "R.", "Largo", "Alameda"))
    name = r.choice(("do Exemplo", "das Flores", "Augusta", "Santo Anselmo", "do Moinho Velho", "da Liberdade"))
    town = r.choice(
        ("1100-048 Lisboa", "4000-322 Porto", "01304-001 São Paulo - SP", "20040-020 Rio de Janeiro", "CEP 99999-999")
    )
    return r.choice(
        (
            f"{kind} {name}, {_n(r, 1500)}, {town}",
            f"{kind} {name}, nº {_n(r)}, {town}",
            f"{kind} {name}, {_n(r, 1500)} - apto {_n(r, 99)}",
            f"{kind} {name} {_n(r)}, {town}",
        )
    )


def _nl(r: Random) -> str:
    street = r.choice(
        (
            "Voorbeeldstraat",
            "Keizersgracht",
            "Oude Molenweg",
            "Dorpsplein",
            "Kerklaan",
            "Lange Voorbeeldkade",
            "Prins Hendrikkade",
            "Singel",
        )
    )
    number = f"{_n(r, 400)}{r.choice(('', '', '-2', 'a', ' hs'))}"
    town = r.choice(
        ("1234 AB Voorbeeldstad", "1015 CJ Amsterdam", "9999ZZ Nergenshuizen", "3511 LX Utrecht", "9000 Gent")
    )
    return r.choice((f"{street} {number}, {town}", f"{street} {number}, {town}", f"{street} {number}"))


BY_LANGUAGE: dict[str, Callable[[Random], str]] = {
    "en": _en,
    "de": _de,
    "fr": _fr,
    "es": _es,
    "it": _it,
    "pt": _pt,
    "nl": _nl,
}


def address(random: Random, language: str) -> str:
    return BY_LANGUAGE[language](random)
