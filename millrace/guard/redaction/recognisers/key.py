"""Keys, tokens and passwords: those whose vendors gave them a shape, JWTs, private keys, passwords in URLs, and what
a text itself calls a password or a key.
"""

import re
from collections.abc import Iterator

#: Prefixes as the vendors document them. No part reads on to the end and then fails: what it has read, it takes.
_SHAPES = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"(?:sk|pk|rk)_(?:live|test|prod)_[0-9A-Za-z]{16,}"
    r"|(?:sk|pk|xai|pplx|csk|tvly|nvapi|pypi|glpat|gldt|glrt|pul|GOCSPX|PMAK|NRAK|xox[abeoprs]|xapp)-[\w-]{16,}"
    r"|(?:hf|gsk|npm|r8|fw|whsec|lin_api|ntn|secret|sbp|rnd|figd|shp(?:at|ca|pa|ss)|do[opr]_v1|gh[oprsu])_[0-9A-Za-z+/=]{20,}"
    r"|(?:github_pat|dckr_pat|sntrys|mr_[a-z]{2,12})_[\w+/=-]{16,}"
    r"|(?:AKIA|ASIA|AGPA|AIDA|AROA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Za-z])(?:[:,][0-9A-Za-z/+]{40})?"
    r"|AIza[\w-]{30,}|ya29\.[\w-]{20,}|ATATT[\w=-]{40,}|EAAA[0-9A-Za-z]{60,}"
    r"|hvs\.[\w-]{20,}|dp\.pt\.\w{20,}|sq0[a-z]{3}-[\w-]{20,}"
    r"|key-[0-9a-f]{32}(?![0-9a-f])|\d{8,10}:AA[\w-]{30,}|AGE-SECRET-KEY-1[0-9A-Z]{50,}"
    r"|SG\.[\w-]{16,}+\.[\w-]{16,}"
    r"|(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?"
    r")"
)

#: The end line is optional: half a key is a secret too.
_PRIVATE = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?=(?:\s|\\[nr]){1,4}(?:[0-9A-Za-z+/=]{16}|[A-Z][A-Za-z-]{2,20}:))"
    r"(?:[0-9A-Za-z+/=\s:,.\\]|-(?!----))*+(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?"
)
_URL = re.compile(r"(?<![\w+.-])[A-Za-z][\w+.-]{1,20}://[^\s:/@\"'<>?#]{0,100}:[^\s/@\"'<>]{1,200}@[^\s\"'<>]++")

_NAMED = re.compile(
    r"(?i)(?:pass(?:word|wd|phrase|wort|e)|kennwort|\bpwd?|contraseña|senha|wachtwoord|parola d'ordine|hasło|lösenord|"
    r"session(?:[_-]?id)?|secret|token(?!s\b)|(?:api|access|account|auth)[_ -]?key|credential|schlüssel|clé api|clave)"
    r"[\w-]{0,12}"
    r"[\"'`]?\s{0,3}(?::=|=>|[:=]|\b(?:is|ist|lautet|est|es|è|é|to)\b)\s{0,3}[\"'`]?([^\s\"'`,;<>(){}\[\]]{8,}+)"
)
_AUTHORIZED = re.compile(r"(?i)\b(?:basic|bearer)\s{1,3}([\w.~+/-]{12,}={0,2})")


_IDENTIFIER = re.compile(r"[$@%]|(?:\./|/|https?://)|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\Z")


def find(text: str) -> Iterator[tuple[int, int]]:
    yield from (found.span() for found in _SHAPES.finditer(text) if _has_digit(found[0]))
    if "PRIVATE KEY" in text:
        yield from (found.span() for found in _PRIVATE.finditer(text))
    if "://" in text:
        yield from (_without_stop(found, 0) for found in _URL.finditer(text))
    for pattern in (_NAMED, _AUTHORIZED):
        yield from (_without_stop(found, 1) for found in pattern.finditer(text) if _is_random(found[1]))


def _without_stop(found: re.Match[str], group: int) -> tuple[int, int]:
    return found.start(group), found.start(group) + len(found[group].rstrip(".,:;!?)"))


def _has_digit(word: str) -> bool:
    return any(map(str.isdecimal, word))


def _is_random(word: str) -> bool:
    """Letters and digits together, and no variable, path or address."""
    return _has_digit(word) and any(map(str.isalpha, word)) and not _IDENTIFIER.match(word)
