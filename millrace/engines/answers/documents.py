"""JSON from and to a backend. What databases and browsers cannot hold is cleaned out here, once."""

import json
import re
from typing import Any

from millrace.engines.failures import Broken, Refused

#: NaN and the infinities are no JSON, but some servers send them, in logprobs above all.
DECODER = json.JSONDecoder(parse_constant=lambda _: None)
#: Escapes that may stand for NUL or for half a surrogate pair.
SUSPECT = re.compile(r"\\u(0000|[dD][89a-fA-F])")
UNFIT = re.compile("[\x00\ud800-\udfff]")


def encoded(body: dict[str, Any]) -> bytes:
    """As JSON in ASCII: a lone surrogate is escaped and harms nobody. Raises Refused."""
    try:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii")
    except (ValueError, TypeError, RecursionError) as cause:
        raise Refused(f"The body cannot be sent as JSON: {cause}.") from cause


def parsed(raw: bytes) -> dict[str, Any]:
    """A JSON object, clean. Raises Broken."""
    try:
        text = raw.decode("utf-8").strip()
        document = DECODER.decode(text)
        if SUSPECT.search(text):
            document = _clean(document)
    except (ValueError, RecursionError) as cause:
        raise Broken("The backend's answer is not JSON.") from cause
    if not isinstance(document, dict):
        raise Broken("The backend's answer is not a JSON object.")
    return document


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return UNFIT.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(item) for name, item in value.items()}
    return value
