"""Whose API key a call is made with: the tenant's own, else the platform's."""

import os
import re

from millrace.engines.answers.statuses import REJECTED
from millrace.engines.engine import Call
from millrace.engines.failures import Failure, Refused

#: Fit to stand in a header: no spaces, no control characters, which would end it and begin another.
FIT = re.compile(r"[\x21-\x7e]{1,4096}")


def platforms(key_env: str, key: str = "") -> str:
    """The platform's key: in the environment variable `key_env`, else `key`. Raises Refused where neither has one.

    Empty where a backend wants none: then `key_env` is empty too.
    """
    found = os.environ.get(key_env, "").strip() if key_env else ""
    if key_env and not found and not key:
        message = f"The platform has no key for this backend ({key_env} is not set)."
        raise Refused(f"{message} An admin of your organisation can bring one.", code="backend_key")
    return fit(found or key)


def fit(key: str) -> str:
    """The key, where a header can hold it. Raises Refused."""
    if key and not FIT.fullmatch(key):
        raise Refused("The API key for this backend holds characters that no key has.", code="backend_key")
    return key


def blamed(failure: Failure, call: Call) -> Failure:
    """A failure of a key that the tenant brought is the tenant's to mend, and says so."""
    if call.key and failure.code == REJECTED:
        return Refused("The backend rejected the API key that you brought.", code=failure.code, status=failure.status)
    return failure
