"""Verification of what Millrace sends, by Standard Webhooks 1.0.0."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from millrace_client.errors import WebhookRefused

#: Seconds that a message may be old, or ahead of this clock.
TOLERANCE = 300


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> dict[str, Any]:
    """The event in `body`, the bytes as they came. Of several secrets any may have signed. Raises WebhookRefused.

    Remember `webhook-id` to drop what comes twice: a delivery is retried under the same one.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        id, timestamp, signatures = (lower[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as missing:
        raise WebhookRefused(f"The header {missing.args[0]} is missing.") from None
    _check_time(timestamp, tolerance, time.time() if now is None else now)
    secrets = [secret] if isinstance(secret, str) else secret
    signed = f"{id}.{timestamp}.".encode() + body
    expected = [base64.b64encode(hmac.digest(_key(each), signed, hashlib.sha256)) for each in secrets]
    if not _any_matches(expected, signatures):
        raise WebhookRefused("No signature is of these secrets: the body was changed, or the secret is another one.")
    event: dict[str, Any] = json.loads(body)
    return event


def _check_time(timestamp: str, tolerance: float, now: float) -> None:
    if not (timestamp.isascii() and timestamp.isdecimal()):
        raise WebhookRefused("The header webhook-timestamp is not a time in Unix seconds.")
    if abs(now - int(timestamp)) > tolerance:
        raise WebhookRefused(f"The message is not of the last {tolerance:.0f} seconds: a replay, or a wrong clock.")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise WebhookRefused("That is no secret: `whsec_` and base64.") from None


def _any_matches(expected: Sequence[bytes], signatures: str) -> bool:
    """Every pair is compared, in constant time."""
    found = False
    for each in signatures.split(" "):
        version, _, signature = each.partition(",")
        for one in expected:
            found |= version == "v1" and hmac.compare_digest(one, signature.encode())
    return found
