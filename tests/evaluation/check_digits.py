"""The check digits of the made-up values. Written apart from the recognisers, which are judged by them."""


def luhn(digits: str) -> str:
    """The digit that makes `digits` pass Luhn's test (ISO/IEC 7812-1)."""
    doubled = (int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def mod97(text: str) -> int:
    """ISO 7064 MOD 97-10 of letters and digits."""
    return int("".join(str(int(c, 36)) for c in text)) % 97


def iban(country: str, account: str) -> str:
    """An IBAN (ISO 13616) with its two check digits."""
    return f"{country}{98 - mod97(account + country + '00'):02d}{account}"


def mod11_10(digits: str) -> str:
    """ISO 7064 MOD 11,10: the German Steuer-ID."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def weighted(digits: str, weights: range | tuple[int, ...], modulus: int) -> int:
    """The weighted sum of digits, modulo."""
    return sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % modulus


def cpf(digits: str) -> str:
    """The two check digits of a Brazilian CPF."""
    first = weighted(digits, range(10, 1, -1), 11)
    digits += str(0 if first < 2 else 11 - first)
    second = weighted(digits, range(11, 1, -1), 11)
    return digits[-1] + str(0 if second < 2 else 11 - second)


def codice_fiscale(fifteen: str) -> str:
    """The last letter of an Italian codice fiscale (DM 23/12/1976)."""
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    total = 0
    for place, c in enumerate(fifteen):
        at = int(c) if c.isdigit() else ord(c) - 65
        total += odd[at] if place % 2 == 0 else at
    return chr(65 + total % 26)


def verhoeff(digits: str) -> str:
    """Verhoeff's digit (the dihedral group D5): India's Aadhaar."""

    def times(a: int, b: int) -> int:
        if a < 5:
            return (a + b) % 5 + (0 if b < 5 else 5)
        return (a - b) % 5 + (5 if b < 5 else 0)

    turn = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    check = 0
    for place, digit in enumerate(reversed(digits), 1):
        value = int(digit)
        for _ in range(place % 8):
            value = turn[value]
        check = times(check, value)
    return str(next(d for d in range(10) if times(check, d) == 0))
