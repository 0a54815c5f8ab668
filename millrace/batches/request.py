"""One line of a batch: `{custom_id, method, url, body}`, as OpenAI has it."""

from dataclasses import dataclass
from typing import Any

from millrace.errors import BadRequest
from millrace.hostile_json import parse
from millrace.jobs.able import NEEDS

#: Characters of a custom_id.
LONGEST_ID = 512


class BadLine(BadRequest):
    """The line cannot be used."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message, param=param)
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """What a line asks for, and under which name its answer is found again."""

    custom_id: str
    body: dict[str, Any]


def read(raw: bytes, endpoint: str) -> Request:
    """The request in a line. Raises BadLine, InvalidJSON."""
    found = parse(raw, "The line")
    custom_id = found.get("custom_id")
    if not isinstance(custom_id, str) or not 0 < len(custom_id) <= LONGEST_ID:
        raise BadLine("missing_custom_id", f"custom_id: a text of 1 to {LONGEST_ID} characters.", "custom_id")
    if found.get("method") != "POST":
        raise BadLine("invalid_method", "method: must be POST.", "method")
    if found.get("url") != endpoint:
        raise BadLine("invalid_url", f"url: must be {endpoint}, as the batch says.", "url")
    body = found.get("body")
    if not isinstance(body, dict):
        raise BadLine("missing_body", "body: an object, as the endpoint takes it.", "body")
    return Request(custom_id, _checked(body, endpoint))


def _checked(body: dict[str, Any], endpoint: str) -> dict[str, Any]:
    if body.get("stream"):
        raise BadLine("stream_not_supported", "body.stream: the lines of a batch are not streamed.", "body.stream")
    for name in ("background", "previous_response_id", "conversation"):
        if endpoint == "/v1/responses" and body.get(name):
            raise BadLine("invalid_parameter", f"body.{name}: cannot be used in a batch.", f"body.{name}")
    return body


#: What the lines of a batch may ask for.
ENDPOINTS = tuple(NEEDS)
