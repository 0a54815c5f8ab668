"""What an engine is asked: a request to `/v1/responses` is a chat, with the turns that came before it."""

from typing import Any

from millrace.dialects.responses.asked import chat_body

RESPONSES, CHAT = "/v1/responses", "/v1/chat/completions"

#: Where the body of a Responses job keeps the messages of the response that it follows.
EARLIER = "earlier"


def as_chat(endpoint: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """(endpoint, body) for an engine. Its answer is a chat completion, and kept as one. Raises InvalidField."""
    if endpoint != RESPONSES:
        return endpoint, body
    given = {name: value for name, value in body.items() if name != EARLIER}
    return CHAT, chat_body(given, body.get(EARLIER) or ())
