"""Second names of inference: a prompt in, a text out; each call is a chat completion like any other."""

import json
import time
from typing import Any

from flask import Response, g
from pydantic import BaseModel, ConfigDict, Field

from api.models import models as list_all_models
from api.operations import operation
from api.shapes import ModelList, Problem
from api.v1.calls import ended, waited
from api.v1.requests import asked
from millrace import ids
from millrace.identity.permissions import Permission
from millrace.jobs.submit import Submission

TAG = "Second names"

CHAT = "/v1/chat/completions"


class Prompt(BaseModel):
    """What to ask; what we do not know passes through to the model."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": {"model": "demo", "prompt": "Hello"}})

    model: str = Field(min_length=1, max_length=200)
    prompt: str = Field(min_length=1)
    system: str | None = None
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)


class CachedPrompt(Prompt):
    """The same; with `use_cache` an answer that was given before will do."""

    use_cache: bool = True


class Inference(BaseModel):
    """What the model said."""

    id: str
    model: str
    response: str
    usage: dict[str, Any]


class Generated(BaseModel):
    """What the model said, or had said before."""

    response: str
    model: str
    cached: bool
    eval_count: int = Field(description="Tokens of the answer.")
    total_duration_ms: int


@operation(
    "POST /api/inference",
    summary="Ask a model, by its second name",
    tag=TAG,
    permission=Permission.jobs_write,
    rate="inference",
    body=Prompt,
    answers={200: Inference, **dict.fromkeys((404, 499, 502, 503, 504), Problem)},
)
def infer(body: Prompt) -> Inference:
    """`POST /v1/chat/completions` for one prompt."""
    wanted = _wanted(body, {})
    job, answer = _answer(wanted)
    said = _text(answer)
    return Inference(id=ids.show("job", job), model=answer["model"], response=said, usage=answer.get("usage") or {})


@operation(
    "POST /ai/generate",
    summary="Generate a text, by its second name",
    tag=TAG,
    permission=Permission.jobs_write,
    rate="inference",
    body=CachedPrompt,
    answers={200: Generated, **dict.fromkeys((404, 499, 502, 503, 504), Problem)},
)
def generate(body: CachedPrompt) -> Generated:
    """`POST /v1/chat/completions` for one prompt, from the cache where it is there."""
    begun = time.monotonic()
    wanted = _wanted(body, {"cache": body.use_cache})
    _, answer = _answer(wanted)
    return Generated(
        response=_text(answer),
        model=answer["model"],
        cached=g.get("cache") in ("hit", "semantic"),
        eval_count=(answer.get("usage") or {}).get("completion_tokens", 0),
        total_duration_ms=round((time.monotonic() - begun) * 1000),
    )


@operation(
    "GET /ai/models",
    summary="List models, by their second name",
    tag=TAG,
    permission=Permission.models_read,
    answers={200: ModelList},
)
def ai_models() -> ModelList | Response:
    """`GET /api/v1/models`."""
    return list_all_models()


def _wanted(body: Prompt, more: dict[str, Any]) -> Submission:
    ours = ("prompt", "system", "use_cache")
    given = {name: value for name, value in body.model_dump(exclude_unset=True).items() if name not in ours}
    system = [{"role": "system", "content": body.system}] if body.system else []
    return asked(CHAT, given | {"messages": [*system, {"role": "user", "content": body.prompt}]} | more)


def _answer(wanted: Submission) -> tuple[str, dict[str, Any]]:
    job, end = waited(wanted)
    found: dict[str, Any] = json.loads(ended(end)["body"])
    return job, {"model": wanted.model.name} | found


def _text(answer: dict[str, Any]) -> str:
    return (answer["choices"][0].get("message") or {}).get("content") or ""
