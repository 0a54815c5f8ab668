"""The key of a request: equal for equal questions to one model by one tenant, and nobody can try prompts on it."""

import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any

from millrace import master
from millrace.cache.wish import FIELD

#: Fields that change how an answer is delivered, billed or kept, and not what it is.
LEFT_OUT = frozenset(
    {
        "model",
        "stream",
        "stream_options",
        "user",
        "safety_identifier",
        "metadata",
        "store",
        "background",
        "service_tier",
        "prompt_cache_key",
        "prompt_cache_retention",
        FIELD,
    }
)


@lru_cache
def _secret() -> bytes:
    return master.derive("cache key")


def key_of(tenant: str, model: str, endpoint: str, body: dict[str, Any]) -> str:
    """64 hexadecimal digits: HMAC-SHA256 of all that decides the answer."""
    return _digest([tenant, model, endpoint, normalised(body)])


def frame_of(tenant: str, model: str, body: dict[str, Any]) -> str:
    """The same of a chat without its last message: what must be equal where only the meaning of that is compared."""
    return _digest(["frame", tenant, model, normalised(body) | {"messages": body["messages"][:-1]}])


def _digest(parts: list[Any]) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hmac.digest(_secret(), text.encode(), hashlib.sha256).hex()


def normalised(body: dict[str, Any]) -> dict[str, Any]:
    """The fields that decide the answer; null is absence, and 1.0 is 1."""
    return {name: _plain(value) for name, value in body.items() if value is not None and name not in LEFT_OUT}


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
