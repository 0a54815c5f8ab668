"""The last line of defence of what is logged: secrets and persons are taken out of a text by their looks.

The first line is not to log them. Addresses become a keyed hash, so that lines of one client can be told to be that.
"""

import hashlib
import hmac
import re
import secrets
from functools import lru_cache
from ipaddress import ip_address

from millrace import master

#: What stands in the place of what was taken out.
HIDDEN = "***"

#: Repetitions are bounded wherever a long line could make a search slow.
_SECRETS = [
    (re.compile(pattern), shown)
    for pattern, shown in (
        # Ours, then the vendors' and webhooks'.
        (r"\b(mr_[a-z]{2,12}_)[\w-]{10,}", rf"\1{HIDDEN}"),
        (r"\b(sk-|pk-|xai-|hf_|gsk_|whsec_)[\w+/=-]{12,}", rf"\1{HIDDEN}"),
        (r"\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?", HIDDEN),
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}", rf"\1 {HIDDEN}"),
        (r"(\w://[^\s:/@]{0,200}):[^\s/]{1,300}@", rf"\1:{HIDDEN}@"),
        (r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", HIDDEN),
        (
            r"(?i)((?:password|passwd|secret|token|api[_-]?key|master_key|authorization|cookie)"
            r"\\?[\"']?\s{0,9}(?:=|:|%3D)\s{0,9}\\?[\"']?)[^\s\"',;&}\])\\]+",
            rf"\1{HIDDEN}",
        ),
    )
]

#: Where libraries quote what they were given: pydantic, and Postgres in the lines after its message.
_QUOTED = [
    (re.compile(r"input_value=.{0,2000}?(?=, input_type)", re.DOTALL), f"input_value={HIDDEN}"),
    (re.compile(r"(?<![A-Z])(LINE \d+|DETAIL|CONTEXT|QUERY):.*?(?=\\n|\n|\Z)"), rf"\1: {HIDDEN}"),
]

#: Not the user and host of a URL.
_EMAIL = re.compile(r"(?<!//)(?<![\w.%+'-])[\w.%+'-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}")

#: Not the host of a URL, nor Postgres's own in its error messages: those are servers.
_ADDRESS = re.compile(
    r"(?<!//)(?<!//\[)(?<!@)(?<!server at \")(?:(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)"
    r"|(?:(?<![\w.:])|(?<=\\n))[0-9a-fA-F:]{0,9}:[0-9a-fA-F:]{0,32}:[0-9a-fA-F:.]{0,32}\w)"
)


def scrubbed(text: str) -> str:
    """The text without secrets, and without what tells a person."""
    text = without_secrets(text)
    for pattern, shown in _QUOTED:
        text = pattern.sub(shown, text)
    return _ADDRESS.sub(_hide_address, _EMAIL.sub(f"{HIDDEN}@{HIDDEN}", text))


def without_secrets(text: str) -> str:
    """The text without keys, tokens and passwords."""
    for pattern, shown in _SECRETS:
        text = pattern.sub(shown, text)
    return text


def hashed_address(address: str) -> str:
    """`ip-` and 12 hex digits: the same for the same address, in every process, and not to be told from it."""
    return f"ip-{hmac.digest(_key(), address.encode(), hashlib.sha256).hex()[:12]}"


def _hide_address(found: re.Match[str]) -> str:
    try:
        address = ip_address(found[0])
    except ValueError:
        return found[0]
    return found[0] if address.is_unspecified else hashed_address(str(address))


@lru_cache
def _key() -> bytes:
    try:
        return master.derive("addresses in logs")
    except (master.NoMasterKey, ValueError):
        return secrets.token_bytes(32)
