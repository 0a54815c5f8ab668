"""Reading a JSON body that may be hostile: its size here, what it says in millrace/hostile_json.py."""

from typing import Any

from flask import request

from millrace.errors import BodyTooLarge, UnsupportedMediaType
from millrace.hostile_json import parse
from millrace.settings import settings


def read_json() -> dict[str, Any]:
    """The request's body, an object. Raises BodyTooLarge, UnsupportedMediaType, InvalidJSON."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return parse(_read())


def _read() -> bytes:
    limit = settings().max_body_bytes
    if (request.content_length or 0) > limit:
        raise BodyTooLarge(f"The body may have {limit} bytes. Send less at a time, or a file as a batch.")
    raw = request.stream.read(limit + 1)
    if len(raw) > limit:
        raise BodyTooLarge(f"The body may have {limit} bytes. Send less at a time, or a file as a batch.")
    return raw
