"""A view is a function under `@operation`: who may call it, what body and query it takes, what it answers.

What the decorator is told is what the OpenAPI document says (api/openapi.py), so the two cannot drift.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError

from api import bodies
from api.limits import hook
from millrace.errors import InvalidField
from millrace.identity.permissions import PUBLIC

View = Callable[..., Any]

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    summary: str
    tag: str
    view: View
    body: type[BaseModel] | None
    #: Of a multipart form, which the view reads by itself.
    form: type[BaseModel] | None
    query: type[BaseModel] | None
    headers: dict[str, str]
    answers: dict[int, type[BaseModel] | str]
    #: What the caller must be allowed, or PUBLIC or SIGNED_IN.
    permission: str
    #: Which rate it counts against: `inference` (the hourly one), `reading` (bursts only), a row of `limits`, `none`.
    rate: str = "reading"
    #: Another media type in which 200 may come; or those in which alone it does.
    also: str | None = None
    only: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        return self.permission == PUBLIC


OPERATIONS: list[Operation] = []


def operation(
    rule: str,
    *,
    summary: str,
    tag: str,
    permission: str,
    answers: dict[int, type[BaseModel] | str],
    body: type[BaseModel] | None = None,
    form: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    headers: dict[str, str] | None = None,
    also: str | None = None,
    only: tuple[str, ...] = (),
    rate: str = "reading",
) -> Callable[[View], View]:
    """`rule` is `"POST /api/v1/jobs"`. The view gets the path's parameters, `body` and `query` as keywords."""
    method, path = rule.split(" ", 1)

    def declare(view: View) -> View:
        given = (body, form, query, headers or {}, answers, permission, rate, also, only)
        OPERATIONS.append(Operation(method, path, summary, tag, view, *given))
        return view

    return declare


def mount(app: Flask) -> None:
    """Give every declared operation its route."""
    for each in OPERATIONS:
        app.add_url_rule(each.path, f"{each.method} {each.path}", _wrapped(each), methods=[each.method])


def _wrapped(declared: Operation) -> View:
    name = f"{declared.method} {declared.path}"

    @wraps(declared.view)
    def view(**parameters: Any) -> Any:
        hook.admit(declared.permission, declared.rate, name)
        if declared.query is not None:
            parameters["query"] = validated(declared.query, request.args.to_dict())
        if declared.body is not None:
            parameters["body"] = validated(declared.body, bodies.read_json())
        return _answer(declared.view(**parameters))

    return view


def validated(model: type[Shape], given: Any) -> Shape:
    """What was given, as a model. Raises InvalidField, which names the first field that is wrong."""
    try:
        return model.model_validate(given)
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_context=False, include_input=False)[0]
        param = ".".join(str(part) for part in first["loc"])
        raise InvalidField(f"{param[:200] or 'The body'}: {first['msg']}", param=param[:200] or None) from None


def _answer(given: Any) -> Any:
    """Views may answer a model, alone or with a status and headers."""
    if isinstance(given, tuple):
        return (_answer(given[0]), *given[1:])
    if isinstance(given, BaseModel):
        return Response(given.model_dump_json(exclude_unset=True), mimetype="application/json")
    return given
