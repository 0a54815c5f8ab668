"""Refresh tokens: 256 random bits, kept as SHA-256."""

import hashlib
import secrets

PREFIX = "mr_refresh_"


def make() -> str:
    """A new one, in clear, for the only time."""
    return PREFIX + secrets.token_urlsafe(32)


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
