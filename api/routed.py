"""Which model a request gets, and the header that says why: `x-millrace-route: <model>; <why>`."""

from urllib.parse import quote

from flask import Flask, Response, g, has_app_context

from millrace.catalog.catalog import Model
from millrace.identity.caller import Caller
from millrace.jobs.candidates import Place
from millrace.jobs.route import Asking, route
from millrace.jobs.submit import Submission
from millrace.routing.values import Route

HEADER = "x-millrace-route"


def install(app: Flask) -> None:
    app.after_request(_tell)


def chosen(caller: Caller, wanted: Submission, capability: str) -> tuple[Model, Route]:
    """The model that is to answer, and why. Raises UnknownModel, ModelUnable, ModelNotAllowed, LocalOnly."""
    place = Place(wanted.tenant, wanted.of_class)
    allowed = None if caller.models is None else frozenset(caller.models)
    model, why = route(Asking(str(wanted.body.get("model")), capability, wanted.body, place, allowed))
    if has_app_context():
        g.route, g.answered_by = why, None
    return model, why


def answered_by(model: str) -> None:
    """Who answered in the end; too late once the answer has begun."""
    if has_app_context() and "route" in g:
        g.answered_by = model


def _tell(response: Response) -> Response:
    if "route" in g and response.status_code < 400:
        response.headers[HEADER] = said(g.route, g.answered_by or g.route.model)
    return response


def said(route: Route, model: str) -> str:
    """A header's value: names may hold what headers may not."""
    why = route.why if model == route.model else f"{route.model} was out"
    return quote(f"{model}; {why}", safe=" !#$&'()*+,/:;=?@[]\"<>|.-_~")
