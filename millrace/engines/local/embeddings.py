"""What a local embedding model takes and refuses, as OpenAI does.

Refused: token ids, which are another model's vocabulary; `dimensions` other than the model's, since vectors that were
not trained for it lose their meaning when they are cut; texts longer than the context, which are never cut either.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic
from typing import Any

from millrace.engines.compatible import Compatible
from millrace.engines.engine import Answer, Call, Usage
from millrace.engines.failures import Broken, Failure, Refused, TimedOut
from millrace.engines.model import Model

#: Texts in one request, which is OpenAI's limit, and in one call of ours: llama.cpp answers in the order of arrival, so
#: that others wait for a piece and not for the whole; and a cancel comes between two.
MOST, PIECE = 2048, 8

#: Characters that make a token at the most. llama.cpp would split a text of 10 MB all the same, and take 200 MB for it.
LONGEST_TOKEN = 100

#: llama.cpp's words, which come with status 500.
TOO_LONG = re.compile(r"input \((\d+) tokens\) is (?:too large to process|larger than the max context size)")


def embed(server: Compatible, model: Model, call: Call) -> Iterator[Answer]:
    """The answer to a call of /v1/embeddings. Raises each kind of Failure."""
    texts = checked(call.body, model)
    ends = monotonic() + call.deadlines.total
    vectors: list[dict[str, Any]] = []
    tokens = 0
    for start in range(0, len(texts), PIECE):
        answer = _piece(server, model, call, texts[start : start + PIECE], ends)
        tokens += answer.usage.input_tokens
        vectors += [one | {"index": start + at} for at, one in enumerate(answer.body["data"])]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    body = {"object": "list", "model": model.name, "data": vectors, "usage": usage}
    yield Answer(body, Usage(input_tokens=tokens))


def checked(body: dict[str, Any], model: Model) -> list[str]:
    """The texts of a request. Raises Refused."""
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _refused(f"{model.name} takes a text or a list of texts; token ids are another model's vocabulary.")
    if not 1 <= len(texts) <= MOST or not all(texts):
        raise _refused(f"`input` must be 1 to {MOST} texts, none of them empty.")
    if body.get("encoding_format") not in (None, "float", "base64"):
        raise _refused("`encoding_format` must be float or base64.")
    if max(map(len, texts)) > LONGEST_TOKEN * model.context:
        raise _too_long(model, "far more")
    _check_dimensions(body.get("dimensions"), model)
    return texts


def _check_dimensions(asked: Any, model: Model) -> None:
    own = model.options.get("dimensions")
    if asked is not None and asked != own:
        has = f"its vectors have {own} numbers" if own else "leave it out"
        raise _refused(f"{model.name} does not support `dimensions`: {has}.")


def _piece(server: Compatible, model: Model, call: Call, texts: list[str], ends: float) -> Answer:
    left = ends - monotonic()
    if left <= 0:
        raise TimedOut(f"The call took longer than {call.deadlines.total:g} s.")
    body = {"input": texts, "encoding_format": call.body.get("encoding_format") or "float"}
    piece = replace(call, body=body, deadlines=replace(call.deadlines, total=left), stream=False)
    try:
        answer = next(found for found in server.run(piece) if isinstance(found, Answer))
    except Failure as failure:
        raise _said(failure, model) from failure
    data = answer.body["data"]
    if len(data) != len(texts) or not all(isinstance(one, dict) for one in data):
        raise Broken("The model's process did not answer with one vector a text.")
    return answer


def _said(failure: Failure, model: Model) -> Failure:
    found = TOO_LONG.search(failure.message)
    return _too_long(model, found[1]) if found else failure


def _too_long(model: Model, has: str) -> Refused:
    """The caller's error: no retry makes a text shorter."""
    message = f"The maximum context length of {model.name} is {model.context} tokens, and a text has {has}."
    return Refused(f"{message} Shorten it, or split it.", code="context_length_exceeded", status=400)


def _refused(message: str) -> Refused:
    return Refused(message, status=400)
