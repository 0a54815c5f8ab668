"""Ollama's models, through Ollama's own client: what there is, pulled and removed."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

from millrace.engines.failures import Refused, Unavailable
from millrace.engines.ollama.engine import Ollama
from millrace.machine.discover import OLLAMA_PATIENCE, ollama_url


def tagged(name: str) -> str:
    """A name without a tag means `latest`, and is listed so."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def sizes() -> dict[str, int] | None:
    """`{name: bytes}` of its models; None where it does not answer."""
    try:
        with urlopen(f"{ollama_url()}/api/tags", timeout=OLLAMA_PATIENCE) as reply:
            listed: list[dict[str, Any]] = json.load(reply)["models"]
        return {str(one.get("name") or one["model"]): int(one.get("size") or 0) for one in listed}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def pull(name: str) -> Iterator[tuple[int, int]]:
    """(bytes done, bytes in all) of the layer that it is at. Raises Unavailable, Refused."""
    try:
        yield from Ollama(ollama_url()).pull(name)
    except ValueError as cause:
        raise Unavailable(f"Ollama's answer cannot be read: {str(cause)[:200]}") from cause
    if tagged(name) not in (sizes() or {}):
        raise Unavailable(f"Ollama does not list {name} after all: pull it again")


def remove(name: str) -> None:
    """Raises Unavailable, Refused."""
    from httpx import HTTPError
    from ollama import Client, ResponseError

    try:
        with Client(host=ollama_url()) as client:
            client.delete(name)
    except ResponseError as cause:
        raise Refused(f"Ollama cannot remove {name}: {cause.error[:200]}") from cause
    except (ConnectionError, HTTPError) as cause:
        raise Unavailable(f"Ollama cannot be reached at {ollama_url()}: {str(cause)[:200]}") from cause
