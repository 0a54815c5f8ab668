"""Sealing a text: `mr1.<data key>.<base64 of nonce and ciphertext>`, bound to its row by a context.

Nonces are 96 random bits. NIST SP 800-38D allows 2^32 messages a key with those; a week under one key (data_keys.LIFE)
is 7,100 seals a second without a pause.
"""

import binascii
import os

from cryptography.exceptions import InvalidTag

from millrace.crypto import data_keys
from millrace.errors import Unreadable

#: What a sealed text begins with.
MARK = "mr1."

#: Bytes of a nonce.
NONCE = 12

#: How a text that was never sealed begins: rows from before are JSON objects and lists, and '' is what was erased.
#: Nothing that is stored unsealed can begin with MARK, whatever a user sends.
_PLAIN = ("{", "[")


def seal(text: str, context: str) -> str:
    """The text as it may lie in the database. `context` names its place, and must be the same at `unseal`.

    Raises DatabaseUnavailable, the first time in a process.
    """
    key = data_keys.current()
    nonce = os.urandom(NONCE)
    sealed = nonce + key.cipher.encrypt(nonce, text.encode(), context.encode())
    return f"{MARK}{key.id}.{binascii.b2a_base64(sealed, newline=False).decode()}"


def unseal(sealed: str, context: str) -> str:
    """What `seal` was given. Text from before there was sealing comes back as it is.

    Raises Unreadable: changed, moved from another place, or under a key that we do not have. DatabaseUnavailable, the
    first time that this process meets a data key.
    """
    if not is_sealed(sealed):
        if sealed and not sealed.startswith(_PLAIN):
            raise Unreadable
        return sealed
    number, _, coded = sealed[len(MARK) :].partition(".")
    key = data_keys.by_id(_id(number))
    try:
        raw = binascii.a2b_base64(coded)
        return key.cipher.decrypt(raw[:NONCE], raw[NONCE:], context.encode()).decode()
    except (InvalidTag, ValueError):
        raise Unreadable from None


def is_sealed(text: str) -> bool:
    return text.startswith(MARK)


def _id(number: str) -> int:
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Unreadable
    return int(number)
