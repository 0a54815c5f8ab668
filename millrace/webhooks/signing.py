"""Signatures of Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): who receives one knows that it is ours."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"

#: Bytes of a secret. The standard allows 24 to 64.
SIZE = 32


def generate() -> str:
    """A new secret: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SIZE)).decode()


def headers(id: str, at: int, body: bytes, with_secrets: Sequence[str]) -> dict[str, str]:
    """What goes with `body` at that moment (Unix seconds): a signature by each secret, so that either will do while
    one replaces another."""
    signed = b"%b.%d.%b" % (id.encode(), at, body)
    signatures = " ".join(_signature(signed, secret) for secret in with_secrets)
    return {"webhook-id": id, "webhook-timestamp": str(at), "webhook-signature": signatures}


def _signature(signed: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
