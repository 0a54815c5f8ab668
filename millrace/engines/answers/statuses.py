"""What a backend's HTTP status, or its error object, means: the table in docs/engines.md."""

import json
import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from millrace.engines.answers.rate_limits import until_reset
from millrace.engines.failures import Broken, Failure, Refused, Unavailable

#: Too many, a bad gateway, not now, a gateway's time-out, overloaded: an outage.
OUTAGES = frozenset({429, 502, 503, 504, 529})
#: What vendors say, with a 429 mostly, when the money is spent: no outage, for no waiting brings it back.
SPENT = frozenset(
    (
        *("insufficient_quota", "credit_balance_exhausted", "billing_error", "billing_hard_limit_reached"),
        *("organization_spend_limit_exceeded", "project_spend_limit_exceeded", "organization_usage_limit_exceeded"),
        *("enforced_spend_limit_reached", "contract_spend_limit_reached", "linked_organization_spend_limit_reached"),
    )
)
#: The backend does not take the key.
REJECTED = "backend_credentials"
#: The account of whoever has the key is at fault, not the request: another model may answer it.
ACCOUNT = frozenset({"backend_key", REJECTED, "backend_quota"})
#: How vendors put that a request is longer than the model's context.
TOO_LONG = ("prompt is too long", "maximum context length", "exceed context limit")
#: Seconds: nobody is believed who asks for a longer wait.
LONGEST_WAIT = 86_400.0
#: Characters of the backend's own words.
MAX_WORDS = 1_000


def failure_of(status: int, headers: Mapping[str, str], body: bytes) -> Failure:
    """The failure that a reply other than 2xx is."""
    words, code, kind = _said(_parsed(body))
    if status == 402 or {code, kind} & SPENT:
        return _spent(words, status)
    return _failure(status, words, code, retry_after(headers))


def failure_in(error: Any) -> Failure:
    """The failure that an error object stands for which came with a 200, or in the middle of a stream."""
    words, code, kind = _said({"error": error})
    status = error.get("code") if isinstance(error, dict) else None
    if type(status) is int and 400 <= status < 600:
        return _failure(status, words, "", None)
    if {code, kind} & SPENT:
        return _spent(words, None)
    tags = f"{code} {kind}".lower()
    if any(tag in tags for tag in ("rate_limit", "overloaded", "unavailable", "timeout_error", "slow_down")):
        return Unavailable(words or "The backend has no room now.")
    if "invalid_request" in tags or "not_found" in tags:
        return _refused(400, words, code)
    return Broken(f"The backend failed: {words or 'it did not say why'}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the backend asks us to wait: from `retry-after-ms`, either form of `Retry-After`, or its limits."""
    millis, plain = headers.get("retry-after-ms"), headers.get("retry-after")
    seconds = _number(millis)
    if seconds is not None:
        return _bounded(seconds / 1000)
    seconds = _number(plain)
    if seconds is None and plain:
        try:
            seconds = parsedate_to_datetime(plain).timestamp() - time()
        except (ValueError, OverflowError):
            return None
    if seconds is None:
        seconds = until_reset(headers)
    return None if seconds is None else _bounded(seconds)


def _failure(status: int, words: str, code: str, wait: float | None) -> Failure:
    if status in OUTAGES:
        return Unavailable(words or f"The backend has no room now (status {status}).", retry_after=wait, status=status)
    if status in (401, 403):
        # Not its words: they may quote the key.
        return Refused("The backend rejected the platform's credentials.", code=REJECTED, status=status)
    if status == 501 or (400 <= status < 500 and status not in (408, 409, 425)):
        return _refused(status, words, code)
    if status < 400:
        return Refused(f"The backend's URL is wrong: it answered with status {status}.", status=status)
    return Broken(f"The backend failed with status {status}{': ' + words if words else '.'}", status=status)


def _refused(status: int, words: str, code: str) -> Refused:
    missing = code == "model_not_found" or (status == 404 and "model" in words.lower())
    message = words or f"The backend refused the request (status {status})."
    if missing:
        return Refused(message, code="model_not_found", status=status)
    long = code == "context_length_exceeded" or any(sign in words.lower() for sign in TOO_LONG)
    return Refused(message, code="context_length_exceeded" if long else None, status=status)


def _spent(words: str, status: int | None) -> Refused:
    said = f" It says: {words}" if words else ""
    return Refused(f"The account at the backend is out of credit.{said}", code="backend_quota", status=status)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _said(document: Any) -> tuple[str, str, str]:
    """(message, code, type) of `{"error": {...}}`, `{"error": "..."}`, `{"message": ...}` or `{"detail": ...}`."""
    if not isinstance(document, dict):
        return "", "", ""
    error = document.get("error") or document
    if isinstance(error, str):
        return error[:MAX_WORDS], "", ""
    if not isinstance(error, dict):
        return "", "", ""
    words = error.get("message") or error.get("detail") or ""
    words = words if isinstance(words, str) else json.dumps(words)
    details = error.get("details")
    code = _tag(error.get("code")) or _tag(details.get("error_code") if isinstance(details, dict) else None)
    return words[:MAX_WORDS], code, _tag(error.get("type"))


def _tag(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), LONGEST_WAIT)
