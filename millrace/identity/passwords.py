"""Passwords: Argon2id (RFC 9106's second recommended option), hashed and verified beside other work."""

import base64
import secrets
import unicodedata

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from millrace.errors import InvalidField
from millrace.identity import turns

#: Change these, and each password gets a new hash when its owner next signs in.
PARAMETERS = profiles.RFC_9106_LOW_MEMORY

_hasher = PasswordHasher.from_parameters(PARAMETERS)

#: Characters.
SHORTEST, LONGEST = 10, 200

#: Long enough, and tried first by everybody who guesses.
_COMMONEST = """
1234567890 0123456789 0987654321 9876543210 12345678910 123456789012 1111111111 0000000000 1122334455 1212121212
123123123123 aaaaaaaaaa abcdefghij abcdefghijkl abcd123456 abc123456789 password12 password123 password1234
password12345 password123456 passwordpassword mypassword mypassword1 thepassword newpassword changeme123
changemenow letmein123 letmeinnow welcome123 welcome1234 qwertyuiop qwertyuiop1 qwerty12345 qwerty123456
qwerty1234 asdfghjkl1 asdfghjkl123 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc q1w2e3r4t5 zaq12wsxcde iloveyou12
iloveyou123 iloveyou1234 administrator adminadmin admin12345 superman123 football123 baseball123 princess123
sunshine123 trustno1trustno1 unknown1234 correcthorsebatterystaple
"""

COMMONEST = frozenset(_COMMONEST.split())


def check(password: str, *names: str | None) -> None:
    """Raises InvalidField where a password is too easily guessed; `names`: what else is known of its owner."""
    plain = _normal(password).casefold()
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidField(f"password: {SHORTEST} to {LONGEST} characters, of any kind.", param="password")
    if plain in COMMONEST or len(set(plain)) < 3:
        raise InvalidField("password: that one is tried first by everybody. Take some words.", param="password")
    if plain in {_normal(name).casefold() for name in names if name}:
        raise InvalidField("password: not your name or address.", param="password")


def hashed(password: str) -> str:
    """The hash to keep."""
    return turns.run(_hasher.hash, _normal(password))


def verify(hash: str | None, password: str) -> bool:
    """Is it the password of this hash? Where there is none (no such account) it costs the same and is wrong."""
    return turns.run(_matches, hash or stand_in(), _normal(password))


def outdated(hash: str) -> bool:
    """True when it was made with other parameters than today's."""
    return _hasher.check_needs_rehash(hash)


def stand_in() -> str:
    """A hash with today's parameters that no password has: verifying against it takes as long as against any."""
    p = PARAMETERS
    salt, hash = (_base64(secrets.token_bytes(size)) for size in (p.salt_len, p.hash_len))
    return f"$argon2id$v={p.version}$m={p.memory_cost},t={p.time_cost},p={p.parallelism}${salt}${hash}"


def _matches(hash: str, password: str) -> bool:
    try:
        return bool(_hasher.verify(hash, password))
    except (VerificationError, InvalidHashError):
        return False


def _normal(text: str) -> str:
    """The same characters typed on another keyboard are the same bytes (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", text)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")
