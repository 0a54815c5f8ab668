"""`/docs`: the OpenAPI document as a page to read. No script, nothing from elsewhere."""

import re
from typing import Any

from flask import Response, render_template
from markupsafe import Markup, escape

from api import openapi
from api.operations import operation
from millrace import errors
from millrace.identity.permissions import PUBLIC


@operation("GET /docs", summary="A page to read", tag="Health", answers={200: "HTML"}, permission=PUBLIC)
def docs() -> Response:
    """The API, and every error it can answer with."""
    document = openapi.document()
    page = render_template(
        "docs.html", document=document, tags=_by_tag(document), errors=_errors(), schema=_schema, marked=_marked
    )
    return Response(page, mimetype="text/html")


def _by_tag(document: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    tags: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            tags.setdefault(described["tags"][0], []).append((method.upper(), path, described))
    # What people come for, first.
    return dict(sorted(tags.items(), key=lambda item: item[0] == "Health"))


def _marked(text: str) -> Markup:
    """Backticks as HTML; everything else is escaped."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _schema(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference names."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    found: dict[str, Any] = document["components"]["schemas"].get(name, schema)
    return found


def _errors() -> list[tuple[int, str, str]]:
    """Every error there is: status, code, and what to do."""
    found = [(each.status, each.code, (each.__doc__ or "").strip()) for each in _tree(errors.MillraceError)]
    return sorted(set(found))


def _tree(root: type[errors.MillraceError]) -> list[type[errors.MillraceError]]:
    return [root, *[each for child in root.__subclasses__() for each in _tree(child)]]
