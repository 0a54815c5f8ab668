"""An answer that has become a loop, as it is told: what came until then, and that it was cut."""

import json
import secrets
import time
from collections.abc import Iterable
from typing import Any

from millrace.engines.answers.assembly import Assembly
from millrace.engines.answers.usage import as_body
from millrace.engines.engine import Answer, Call, Delta, Usage
from millrace.guard.repetition import Loop
from millrace.ledger.estimate import input_tokens, text_tokens

CHAT = "/v1/chat/completions"


def cut_short(field: str, loop: Loop) -> dict[str, Any]:
    """What a choice says of its end. Clients know `length`: there would have been more.

    `start` and `repeats_at` are offsets in the text, in characters: up to `repeats_at` it has one copy of the unit.
    """
    cut = {"reason": "loop", "field": field, "start": loop.start, "repeats_at": loop.cut}
    return {"finish_reason": "length", "millrace": {"cut": cut}}


def seen(call: Call, deltas: Iterable[Delta]) -> Answer:
    """All that came of a call whose connection we closed, with an estimate of what it used: nobody counted it."""
    chat = call.endpoint == CHAT
    assembly = Assembly(chat=chat)
    head = {"id": f"{'chatcmpl' if chat else 'cmpl'}-{secrets.token_hex(12)}", "created": int(time.time())}
    for delta in deltas:
        said = {"delta": {"content": delta.text, **(delta.extra or {})}} if chat else {"text": delta.text}
        assembly.add({**head, "model": call.model, "choices": [{"index": delta.choice, **said}]})
    body = assembly.answer(0).body
    usage = Usage(input_tokens(call.body), sum(map(_tokens, body["choices"])), estimated=True)
    return Answer(body | {"usage": as_body(usage)}, usage)


def _tokens(choice: dict[str, Any]) -> int:
    said = choice.get("message") or {"text": choice["text"]}
    texts = [value for name, value in said.items() if isinstance(value, str) and name != "role"]
    calls = json.dumps(said["tool_calls"]) if said.get("tool_calls") else ""
    return sum(map(text_tokens, [*texts, calls]))
