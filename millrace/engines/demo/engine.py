"""A backend that is always there: deterministic text at a set rate, and every way an upstream fails, on request."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from millrace.engines.answers.packing import in_base64
from millrace.engines.answers.usage import as_body
from millrace.engines.demo import request as demo_request
from millrace.engines.demo.pace import STEP, Pace
from millrace.engines.demo.request import Switches
from millrace.engines.demo.text import TOKEN, count, prose, spoiled
from millrace.engines.demo.vectors import DIMENSIONS, vector
from millrace.engines.engine import Answer, Call, Delta, Usage
from millrace.engines.failures import Broken, Failure, Refused, Unavailable

CHAT, COMPLETIONS, EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"


@dataclass(frozen=True, slots=True)
class Script:
    """What a call will say: the tokens and the end of each choice, and what its prompt counts."""

    parts: list[list[str]]
    reasons: list[str]
    input_tokens: int


class Demo:
    """See docs/engines.md for the switches in the body's `demo` object."""

    def __init__(self, name: str = "demo") -> None:
        self._name = name

    def models(self) -> list[str]:
        """Itself."""
        return [self._name]

    def run(self, call: Call) -> Iterator[Delta | Answer]:
        """See Engine. Raises each kind of Failure, on request."""
        wanted = demo_request.switches(call.body)
        pace = Pace(call)
        try:
            pace.first(0.0)
            fails = wanted.fail if wanted.fail_attempts is None or call.attempt <= wanted.fail_attempts else None
            if fails and fails != "mid_stream":
                pace.first(float("inf") if fails == "hang" else wanted.delay)
                raise _failure(fails, wanted)
            if call.endpoint == EMBEDDINGS:
                pace.first(wanted.delay)
                yield _embeddings(call)
            else:
                yield from _generate(call, wanted, pace, wanted.fail_after if fails else None)
        finally:
            pace.done()


def _failure(kind: str, wanted: Switches) -> Failure:
    failures: dict[str, Failure] = {
        "refused": Unavailable("The demo refuses the connection, as the request asked."),
        "rate_limit": Unavailable(
            "The demo has no room now, as the request asked.", retry_after=wanted.retry_after, status=429
        ),
        "bad_request": Refused("The demo calls this a bad request, as the request asked.", status=400),
        "server_error": Broken("The demo failed, as the request asked.", status=500),
        "garbage": Broken("The backend's answer is not JSON."),
    }
    return failures[kind]


def _generate(call: Call, wanted: Switches, pace: Pace, fail_after: int | None) -> Iterator[Delta | Answer]:
    script = _script(call, wanted)
    for sent, upto in _steps(max(map(len, script.parts)), wanted, pace, fail_after):
        if call.stream:
            for choice, tokens in enumerate(script.parts):
                text = "".join(tokens[sent:upto])
                if text:
                    yield Delta(text, choice)
    if fail_after is not None:
        raise Broken("The backend's stream broke off before its end, as the request asked.")
    yield _answer(call, script)


def _steps(tokens: int, wanted: Switches, pace: Pace, fail_after: int | None) -> Iterator[tuple[int, int]]:
    """(from, up to) of the tokens as they fall due: the first by itself, later ones as many as a step brings."""
    end = tokens if fail_after is None else min(tokens, fail_after)
    pace.first(wanted.delay)
    sent = 0
    while sent < end:
        upto = _due(sent, end, wanted, pace) if sent else 1
        yield sent, upto
        sent = upto


def _due(sent: int, end: int, wanted: Switches, pace: Pace) -> int:
    """Wait for the next token, a step at least, but not past the last; then how many are due."""
    if not wanted.rate:
        return end
    following, last = (wanted.delay + at / wanted.rate for at in (sent, end - 1))
    pace.next(max(following, min(pace.now + STEP, last)))
    due = int((pace.now - wanted.delay) * wanted.rate + 1e-6) + 1
    return max(sent + 1, min(end, due))


def _script(call: Call, wanted: Switches) -> Script:
    body = call.body
    if call.endpoint == CHAT:
        prompts = [demo_request.chat_prompt(body)]
    elif call.endpoint == COMPLETIONS:
        prompts = demo_request.texts(body, "prompt")
    else:
        raise Refused(f"The demo has no {call.endpoint}.")
    n = demo_request.choices(body)
    tokens, reason = demo_request.length(body, wanted, n * len(prompts))
    stops = demo_request.stops(body)
    seed = f"{call.model} {demo_request.seed(body)}"
    said = [prose(prompt, f"{seed} {at}", tokens) for prompt in prompts for at in range(n)]
    ends = [_stopped(spoiled(each, wanted.loop_after, wanted.stock), reason, stops) for each in said]
    return Script([parts for parts, _ in ends], [reason for _, reason in ends], sum(map(count, prompts)))


def _stopped(tokens: list[str], reason: str, stops: list[str]) -> tuple[list[str], str]:
    """The tokens before the first of the stop texts."""
    text = "".join(tokens)
    found = [at for stop in stops if (at := text.find(stop)) >= 0]
    return (TOKEN.findall(text[: min(found)]), "stop") if found else (tokens, reason)


def _answer(call: Call, script: Script) -> Answer:
    chat = call.endpoint == CHAT
    choices = []
    for index, (tokens, reason) in enumerate(zip(script.parts, script.reasons, strict=True)):
        text = "".join(tokens)
        said = {"message": {"role": "assistant", "content": text, "refusal": None}} if chat else {"text": text}
        choices.append({"index": index, **said, "logprobs": None, "finish_reason": reason})
    usage = Usage(script.input_tokens, sum(map(len, script.parts)))
    head = {"id": f"{'chatcmpl' if chat else 'cmpl'}-{secrets.token_hex(12)}", "created": int(time.time())}
    kind = "chat.completion" if chat else "text_completion"
    body = {**head, "object": kind, "model": call.model, "choices": choices, "usage": as_body(usage)}
    return Answer(body, usage)


def _embeddings(call: Call) -> Answer:
    inputs = demo_request.texts(call.body, "input")
    dimensions = call.body.get("dimensions") or DIMENSIONS
    if type(dimensions) is not int or not 1 <= dimensions <= 4096:
        raise Refused("dimensions must be a whole number from 1 to 4096.")
    packed = call.body.get("encoding_format") == "base64"
    data: list[dict[str, Any]] = []
    for index, text in enumerate(inputs):
        found = vector(text, dimensions)
        data.append({"object": "embedding", "index": index, "embedding": in_base64(found) if packed else found})
    usage = Usage(input_tokens=sum(map(count, inputs)))
    body = {"object": "list", "data": data, "model": call.model, "usage": as_body(usage, embeddings=True)}
    return Answer(body, usage)
