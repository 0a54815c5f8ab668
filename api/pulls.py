"""Pulling a model to the machine of the API, for those who run the platform: each step is told as it is made."""

import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain
from typing import Annotated, Any

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field

from api.departures import departures
from api.events import STREAMING
from api.ledger.noting import note
from api.operations import operation
from api.shapes import Problem
from millrace.audit import Act
from millrace.errors import Conflict, InvalidField, MillraceError, NotFound, PullFailed
from millrace.identity.permissions import Permission
from millrace.machine.models import pins
from millrace.machine.models.pull import Progress, PullError
from millrace.machine.models.pulling import Pulling

SSE, LINES = "text/event-stream", "application/x-ndjson"

#: A step as it is shown; None after a silence.
Shown = dict[str, Any] | None


class PullRequest(BaseModel):
    """A model to get: by its name, or a file by its address."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "llama3.2:1b"}})

    name: Annotated[str, Field(min_length=1, max_length=2_000)] = Field(
        description="A pinned file's, the embedding model's, one that Ollama knows, or an `https://` address."
    )
    sha256: Annotated[str, Field(max_length=64)] = Field("", description="Of a file from an address: what it must be.")


@operation(
    "POST /api/v1/admin/models/pull",
    summary="Pull a model",
    tag="Administration",
    permission=Permission.platform_admin,
    body=PullRequest,
    headers={"Accept": f"`{LINES}`: a line of JSON a step; else server-sent events."},
    only=(SSE, LINES),
    answers={200: "Its steps, as they are made.", 404: Problem, 409: Problem, 502: Problem},
)
def pull_model(body: PullRequest) -> Response:
    """To the machine of this API process, step by step: `fetch` and `make`, at last `done` with the catalog entry, or
    `failed`. Hanging up ends it and keeps what came; the same request goes on from there."""
    if body.name.startswith(("http://", "https://")):
        _check(body)
    note(Act.model_pulled, f"model:{body.name.partition('?')[0]}")
    pulling = Pulling(body.name, body.sha256)
    shown = _shown(pulling)
    try:
        first = next(shown)
    except PullError as failure:
        raise _failure(failure) from None
    media = request.accept_mimetypes.best_match([SSE, LINES]) or SSE
    with_first = chain((first,), shown)
    told = _told(with_first, _line if media == LINES else _event, pulling.stop, request.environ)
    return Response(told, headers=STREAMING, mimetype=media)


def _check(body: PullRequest) -> None:
    try:
        pins.of_url(body.name, body.sha256)
    except pins.Unpinned as wrong:
        raise InvalidField(str(wrong), param="sha256") from None


def _shown(pulling: Pulling) -> Iterator[Shown]:
    """Its steps as they are shown. Raises PullError."""
    with closing(pulling.steps()) as steps:  # type: ignore[type-var]
        for step in steps:
            yield _step(step) if step else None


def _step(step: Progress) -> Shown:
    if step.step != "done":
        return {"step": step.step, "have": step.have, "total": step.total}
    [entry] = tomllib.loads(step.entry)["models"]
    return {"step": "done", "model": step.model, "entry": entry, "listed": step.listed}


def _told(
    shown: Iterator[Shown], written: Callable[[Shown], str], stop: Callable[[], None], environ: dict[str, Any]
) -> Iterator[str]:
    """The same as written, and why there is no more; `stop` when the client leaves."""
    with departures.watched(environ, stop):
        try:
            yield from map(written, shown)
        except PullError as failure:
            error = _failure(failure)
            yield written({"step": "failed", "error": {"code": error.code, "message": error.message}})
        finally:
            stop()


def _event(shown: Shown) -> str:
    return f"event: {shown['step']}\ndata: {json.dumps(shown)}\n\n" if shown else ": still here\n\n"


def _line(shown: Shown) -> str:
    return f"{json.dumps(shown)}\n" if shown else "\n"


def _failure(failure: PullError) -> MillraceError:
    errors: dict[str, type[MillraceError]] = {"unknown": NotFound, "busy": Conflict}
    return errors.get(failure.code, PullFailed)(str(failure))
