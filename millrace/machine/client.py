"""The few calls that the operator's commands make of an API, over HTTP like anybody else."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from millrace.settings import settings

#: Addresses that listen everywhere, and the one by which we reach ourselves.
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}

#: Seconds for an answer, and between two signs of life in a stream.
PATIENCE = 5.0
STREAM_PATIENCE = 60.0


class ApiError(Exception):
    """The API did not answer, or not as it should: with `status`, or without where it could not be reached."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Event:
    """An event of a job's stream."""

    name: str
    data: dict[str, Any]


def host() -> str:
    """Where the API listens, as seen from this machine."""
    return ANYWHERE.get(settings().host, settings().host)


def url() -> str:
    """The API's address."""
    name = f"[{host()}]" if ":" in host() else host()
    return f"http://{name}:{settings().port}"


def readiness() -> dict[str, Any] | None:
    """`{"ready": bool, ...}` as /readyz says it; None when nothing listens."""
    try:
        with _call("GET", "/readyz") as reply:
            said = json.loads(reply.read())
            return (said if isinstance(said, dict) else {}) | {"ready": reply.status == 200}
    except (ApiError, ValueError):
        return None


def submit(job: dict[str, object], key: str) -> str:
    """Submit a job; its id."""
    with _call("POST", "/api/v1/jobs", key, json.dumps(job)) as reply:
        said = reply.read().decode(errors="replace")
        if reply.status != 202:
            raise ApiError(f"POST /api/v1/jobs: {reply.status} {said[:500]}")
        return str(json.loads(said)["id"])


def events(job: str, key: str) -> Iterator[Event]:
    """The job's events, from the first to the last."""
    with _call("GET", f"/api/v1/jobs/{job}/events", key, patience=STREAM_PATIENCE) as reply:
        if reply.status != 200:
            raise ApiError(f"GET /api/v1/jobs/{job}/events: {reply.status}")
        yield from parse(reply)


def ask(at: str, key: str, method: str, path: str, body: object = None, once: str = "") -> bytes:
    """What the API at that address answers; `once` is an Idempotency-Key. Raises ApiError, with the API's own words
    where it refuses."""
    raw = None if body is None else json.dumps(body)
    with _call(method, path, key, raw, STREAM_PATIENCE, at, once) as reply:
        said = reply.read()
        if reply.status >= 400:
            raise ApiError(_detail(said) or f"{method} {path}: {reply.status}", reply.status)
        return said


def _detail(said: bytes) -> str:
    try:
        found = json.loads(said)
    except ValueError:
        return ""
    return str(found.get("detail", "")) if isinstance(found, dict) else ""


def parse(lines: Iterator[bytes] | HTTPResponse) -> Iterator[Event]:
    """Server-sent events: `event:` and `data:` lines, ended by an empty one. A comment is an event without a name."""
    name, data = "message", ""
    for raw in lines:
        line = raw.decode(errors="replace").rstrip("\r\n")
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data += value
        elif line.startswith(":"):
            yield Event("", {})
        elif not line and data:
            yield Event(name, json.loads(data))
            name, data = "message", ""


@contextmanager
def _call(
    method: str,
    path: str,
    key: str = "",
    body: str | None = None,
    patience: float = PATIENCE,
    at: str = "",
    once: str = "",
) -> Iterator[HTTPResponse]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    headers |= {"Idempotency-Key": once} if once else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    where = urlsplit(at or url())
    kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
    connection = kind(where.hostname or "", where.port, timeout=patience)
    try:
        connection.request(method, where.path.rstrip("/") + path, body, headers)
        yield connection.getresponse()
    except (OSError, HTTPException) as failure:
        raise ApiError(f"{method} {path}: {failure}") from failure
    finally:
        connection.close()
