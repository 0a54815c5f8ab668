"""The OpenAPI 3.1 document, from the operations as they are declared."""

import re
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.operations import OPERATIONS, Operation, operation
from api.shapes import Problem
from api.v1.shapes import AnthropicError, OpenAIError
from millrace.identity.permissions import PUBLIC, SIGNED_IN

ABOUT = """Batch and asynchronous inference on the models you have. Submit a job, watch it stream, collect the answer.

Errors outside `/v1` are RFC 9457 problem details: `detail` says what to do. Times are Unix seconds."""

_REFERENCE = "#/components/schemas/{model}"


@operation(
    "GET /api/openapi.json", summary="This document", tag="Health", answers={200: "OpenAPI 3.1"}, permission=PUBLIC
)
def openapi() -> Response:
    """Generated from the code that serves it."""
    import json

    return Response(json.dumps(document()), mimetype="application/json")


@lru_cache
def document() -> dict[str, Any]:
    """The document, made once."""
    names, definitions = models_json_schema(
        [(model, mode) for each in OPERATIONS for model, mode in _models(each)], ref_template=_REFERENCE
    )
    paths: dict[str, Any] = {}
    for each in OPERATIONS:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", each.path)
        paths.setdefault(path, {})[each.method.lower()] = _describe(each, names)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Millrace", "version": _version(), "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, or an access token"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key"},
            },
        },
    }


def _version() -> str:
    try:
        return version("millrace")
    except PackageNotFoundError:
        return "0"


def _models(each: Operation) -> list[tuple[type[BaseModel], Any]]:
    found: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in (each.body, each.form) if model]
    return found + [(model, "serialization") for model in _answers(each).values() if isinstance(model, type)]


def _describe(each: Operation, names: Any) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": each.view.__name__ if each.tag != "Jobs" else f"{each.view.__name__}_job",
        "summary": each.summary,
        "description": re.sub(r"\n +", "\n", (each.view.__doc__ or "").strip()),
        "tags": [each.tag],
        "parameters": [*_path_parameters(each), *_query_parameters(each), *_header_parameters(each)],
        "responses": {str(status): _response(model, names) for status, model in _answers(each).items()},
    }
    if each.also:
        whole = {"application/json": {"schema": {"type": "object"}}}
        content = described["responses"]["200"].setdefault("content", whole)
        content[each.also] = {"schema": {"type": "string"}}
    if each.only:
        described["responses"]["200"]["content"] = {media: {"schema": {"type": "string"}} for media in each.only}
    for model, media in ((each.body, "application/json"), (each.form, "multipart/form-data")):
        if model:
            schema = names[(model, "validation")]
            described["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    if not each.public:
        described["security"] = [{"bearer": []}, {"header": []}]
        described["x-permission"] = str(each.permission)
    return described


def _answers(each: Operation) -> dict[int, type[BaseModel] | str]:
    """With what every operation of its kind may answer besides."""
    more: list[int] = [] if each.public else [401]
    more += [] if each.permission in (PUBLIC, SIGNED_IN) else [403]
    more += [429]
    more += [413, 415] if each.body or each.form else []
    more += [400] if each.body or each.form or each.query or each.headers else []
    error: type[BaseModel] = Problem
    if each.path.startswith("/v1/"):
        error = AnthropicError if each.tag == "Anthropic" else OpenAIError
    return {**each.answers, **dict.fromkeys(more, error)}


def _response(model: type[BaseModel] | str, names: Any) -> dict[str, Any]:
    if isinstance(model, str):
        return {"description": model}
    media = "application/problem+json" if model.__name__ == "Problem" else "application/json"
    doc = (model.__doc__ or "").strip().split("\n")[0]
    return {"description": doc, "content": {media: {"schema": names[(model, "serialization")]}}}


def _path_parameters(each: Operation) -> list[dict[str, Any]]:
    found = re.findall(r"<(?:\w+:)?(\w+)>", each.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in found]


def _query_parameters(each: Operation) -> list[dict[str, Any]]:
    if each.query is None:
        return []
    schema = each.query.model_json_schema()
    return [
        {"name": name, "in": "query", "required": False, "schema": field, "description": field.pop("description", "")}
        for name, field in schema["properties"].items()
    ]


def _header_parameters(each: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": text}
        for name, text in each.headers.items()
    ]
