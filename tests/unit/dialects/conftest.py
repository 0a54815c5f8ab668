"""What the tests of the dialects share: answers of a chat, and the deltas in which they come."""

from collections.abc import Iterator
from copy import copy
from typing import Any

THOUGHT = {"type": "thinking", "thinking": "hm, yes", "signature": "c2ln"}
CALLS = [
    {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Ulm"}'}},
    {"id": "call_2", "type": "function", "function": {"name": "time", "arguments": "{}"}},
]
USAGE = {
    "prompt_tokens": 30,
    "completion_tokens": 9,
    "total_tokens": 39,
    "prompt_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 5},
}


def answer(finish: str = "stop", **said: Any) -> dict[str, Any]:
    """A chat completion."""
    message = {"role": "assistant", "content": None, **said}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": USAGE}


FULL = answer(
    "tool_calls", content="Let me look.", reasoning_content="hm, yes", thinking_blocks=[THOUGHT], tool_calls=CALLS
)


def full_deltas() -> list[dict[str, Any]]:
    """The data of the delta events of FULL: thoughts, text, two tool calls whose arguments come mixed."""
    opened = [{"index": at, **call, "function": {**call["function"], "arguments": ""}} for at, call in enumerate(CALLS)]
    pieces = [(0, '{"city"'), (1, "{"), (0, ': "Ulm"}'), (1, "}")]
    return [
        {"offset": 0, "text": "", "extra": {"reasoning_content": "hm, "}},
        {"offset": 0, "text": "", "extra": {"reasoning_content": "yes"}},
        {"offset": 0, "text": "", "extra": {"thinking_blocks": [THOUGHT]}},
        {"offset": 0, "text": "Let me "},
        {"offset": 7, "text": "look."},
        {"offset": 12, "text": "", "extra": {"tool_calls": opened}},
        *({"offset": 12, "text": "", "extra": {"tool_calls": [_piece(*one)]}} for one in pieces),
    ]


def _piece(index: int, arguments: str) -> dict[str, Any]:
    return {"index": index, "function": {"arguments": arguments}}


HOSTILE: list[Any] = [None, True, 10**400, -1, 0.5, "", "x", "\ud800", [], [[]], [None], {}, {"a": {"b": []}}]
HOSTILE += [[{}], [{"type": []}], {"type": []}, {"type": "function"}]


def spoiled(given: Any) -> Iterator[Any]:
    """The same with something hostile in each place in turn, however deep."""
    yield from HOSTILE
    for at, below in list(
        given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list) else ()
    ):
        for worse in spoiled(below):
            made = copy(given)
            made[at] = worse
            yield made
