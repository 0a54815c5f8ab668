"""Comparisons of models: start one, look at it, its picture, cancel it, and what was found over time."""

from typing import Any

from flask import Response

from api.address import address
from api.auth import caller
from api.comparison_shapes import ComparisonInfo, ComparisonList, ComparisonQuery, ModelFigures, NewComparison
from api.job_requests import idempotency_key
from api.jobs import KEY
from api.limits import hook
from api.money import usd
from api.operations import operation
from api.pages import cursor, page, seconds
from api.shapes import Problem
from millrace import ids
from millrace.comparisons import find, picture
from millrace.comparisons.cancel import cancel
from millrace.comparisons.figures import Figures
from millrace.comparisons.find import Comparison
from millrace.comparisons.look import look
from millrace.comparisons.prompt import distinct, shipped
from millrace.comparisons.start import start
from millrace.comparisons.wanted import Wanted
from millrace.identity.permissions import Permission

TAG = "Comparisons"

#: A picture runs no code and loads nothing, whatever a model is called.
PICTURE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


@operation(
    "POST /api/v1/comparisons",
    summary="Compare models",
    tag=TAG,
    permission=Permission.jobs_write,
    rate="inference",
    body=NewComparison,
    headers=KEY,
    answers={202: ComparisonInfo, 422: Problem},
)
def start_comparison(body: NewComparison) -> Any:
    """Every prompt is asked of every model, as a job of yours: `models x prompts x rounds` of them, 1,000 at the most.
    They count, and cost, what such jobs do. Accepted means durable, and all of it or nothing."""
    asked = wanted(body)
    asked.check()
    if asked.key is None or not find.known(caller().tenant, asked.key):
        hook.count_jobs(caller(), asked.jobs)
    made = start(caller(), address() or None, asked)
    return show(*look(caller().tenant, made.id)), 202, {"Location": f"/api/v1/comparisons/{ids.show('cmp', made.id)}"}


@operation(
    "GET /api/v1/comparisons",
    summary="List comparisons",
    tag=TAG,
    permission=Permission.jobs_read,
    query=ComparisonQuery,
    answers={200: ComparisonList},
)
def list_comparisons(query: ComparisonQuery) -> ComparisonList:
    """Newest first; with `model`, how that one did over time. Figures are comparable where `prompts_hash` is equal."""
    found = find.find_all(caller().tenant, query.model, cursor("cmp", query.after), query.limit + 1)
    return page(ComparisonList, [show(each, each.found() or None) for each in found], query.limit)


@operation(
    "GET /api/v1/comparisons/<id>",
    summary="Look at a comparison",
    tag=TAG,
    permission=Permission.jobs_read,
    answers={200: ComparisonInfo, 404: Problem},
)
def show_comparison(id: str) -> ComparisonInfo:
    """How far it is, and what is known of each model by now."""
    return show(*look(caller().tenant, ids.parse("cmp", id)))


@operation(
    "POST /api/v1/comparisons/<id>/cancel",
    summary="Cancel a comparison",
    tag=TAG,
    permission=Permission.jobs_write,
    answers={200: ComparisonInfo, 404: Problem},
)
def cancel_comparison(id: str) -> ComparisonInfo:
    """Its jobs that have not ended are cancelled; what was measured by then stays. Safe to repeat."""
    found = find.find(caller().tenant, ids.parse("cmp", id))
    cancel(found.tenant, found.id)
    return show(*look(found.tenant, found.id))


@operation(
    "GET /api/v1/comparisons/<id>/picture.svg",
    summary="The picture of a comparison",
    tag=TAG,
    permission=Permission.jobs_read,
    answers={200: "What is known by now, as SVG: one file, for light and dark.", 404: Problem},
)
def draw_comparison(id: str) -> Response:
    """The figures side by side."""
    drawn = picture.draw(*look(caller().tenant, ids.parse("cmp", id)))
    return Response(drawn, mimetype="image/svg+xml", headers=PICTURE_HEADERS)


def wanted(body: NewComparison) -> Wanted:
    """What the body asks for. Raises InvalidField."""
    own = distinct(body.prompts) if isinstance(body.prompts, list) else None
    return Wanted(
        models=body.models,
        prompts=own or shipped(),
        prompt_set="inline" if own else "default",
        rounds=body.rounds,
        max_tokens=body.max_tokens,
        temperature=body.temperature,
        within=body.within_seconds,
        key=idempotency_key(),
    )


def show(found: Comparison, known: list[Figures] | None) -> ComparisonInfo:
    """As answers have it."""
    return ComparisonInfo(
        id=ids.show("cmp", found.id),
        object="comparison",
        status=found.outcome or "running",
        cancel_requested=found.cancel_requested,
        models=found.models,
        prompt_set=found.prompt_set,
        prompts_hash=found.prompts_hash,
        prompts=found.prompts,
        rounds=found.rounds,
        max_tokens=found.max_tokens,
        temperature=found.temperature,
        jobs=found.jobs,
        ended=found.ended,
        api_key=ids.show("key", found.api_key) if found.api_key else None,
        user=ids.show("user", found.user) if found.user else None,
        created_at=seconds(found.created_at) or 0,
        finished_at=seconds(found.finished_at),
        figures=None if known is None else [_figures(each) for each in known],
    )


def _figures(found: Figures) -> ModelFigures:
    return ModelFigures.model_validate(found.model_dump(exclude={"nanos"}) | {"cost_usd": usd(found.nanos)})
