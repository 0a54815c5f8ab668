"""Wrapping a data key: `mk1.<fingerprint of the master key>.<base64 of nonce and ciphertext>`."""

import binascii
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from millrace import master
from millrace.errors import Unreadable

MARK = "mk1"
NONCE = 12


def wrap(key: bytes, id: int) -> str:
    """The data key of this id, as it lies in the database: under the newest master key."""
    newest = master.master().keys[0]
    nonce = os.urandom(NONCE)
    sealed = nonce + AESGCM(newest).encrypt(nonce, key, _context(id))
    return f"{MARK}.{fingerprint(newest)}.{binascii.b2a_base64(sealed, newline=False).decode()}"


def unwrap(wrapped: str, id: int) -> bytes:
    """The data key. Raises Unreadable when its master key is not among ours, also after another look into the file."""
    try:
        _, name, coded = wrapped.split(".")
        raw = binascii.a2b_base64(coded)
        return AESGCM(_master(name, id)).decrypt(raw[:NONCE], raw[NONCE:], _context(id))
    except (InvalidTag, ValueError):
        raise Unreadable(f"Data key {id} was changed in the database.") from None


def is_under_newest(wrapped: str) -> bool:
    return wrapped.split(".")[1] == fingerprint(master.master().keys[0])


def fingerprint(key: bytes) -> str:
    """A name for a master key that tells nothing of it."""
    return hmac.digest(key, b"millrace fingerprint", hashlib.sha256).hex()[:16]


def _master(name: str, id: int) -> bytes:
    for look in (lambda: None, master.reload):
        look()
        for key in master.master().keys:
            if fingerprint(key) == name:
                return key
    raise Unreadable(f"Data key {id} is wrapped by the master key {name}, which is not here. Restore MASTER_KEY.")


def _context(id: int) -> bytes:
    return f"data_keys:{id}".encode()
