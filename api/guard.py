"""What a tenant lets pass: redaction of personal data, filters of prompts and answers; moderations by these."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.auth import caller
from api.identity.asking import actor
from api.operations import operation
from api.shapes import Problem
from api.v1.shapes import OpenAIError
from millrace import audit, ids
from millrace.cache import purge
from millrace.guard import tenants
from millrace.guard.answers import AnswerPolicy, Loops, Stock, wish
from millrace.guard.filters import Filter, moderated
from millrace.guard.redaction.recognisers import known
from millrace.identity.permissions import Permission

Redaction = Literal["off", "vendors", "always", "block"]

#: What an operation that asks a model says of the header.
SAYS = {
    wish.HEADER: "`loops=off`: an answer that repeats itself goes on to its limit. `stock=trim`: stock phrases go from "
    "its ends. Both, by a comma; it wins over the body's field `guard`, and that over the tenant's policy."
}


class Guard(BaseModel):
    """What is taken out of requests, and what may not pass."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "redaction": "vendors",
                "rules": [{"kind": "words", "name": "codenames", "words": ["bluebird"], "side": "prompt"}],
            }
        },
    )

    redaction: Redaction = Field("off", description="`vendors`: where a request leaves the house; `block`: refuse it.")
    classes: list[Annotated[str, Field(max_length=60)]] | None = Field(
        None, max_length=60, description="What is looked for; null is the usual. `GET` lists what there is."
    )
    rules: list[dict[str, Any]] = Field(
        default_factory=list, max_length=100, description="`words`, `expression` (RE2) or `classifier`; flag or block."
    )
    loops: Literal["cut", "off"] = Field("cut", description="`cut`: an answer that has become a loop ends there.")
    stock: Literal["off", "trim"] = Field("off", description="`trim`: stock phrases go from both ends of an answer.")


class GuardInfo(Guard):
    """The guard, and every class that can be looked for here."""

    known_classes: list[str]


class ModerationRequest(BaseModel):
    """What to look at, in OpenAI's shape."""

    model_config = ConfigDict(extra="allow")

    input: str | list[Any]


class Moderation(BaseModel):
    """What your organisation's rules say, in OpenAI's shape."""

    id: str
    model: str
    results: list[dict[str, Any]]


@operation(
    "GET /api/v1/guard",
    summary="Look at your tenant's guard",
    tag="Guard",
    permission=Permission.tenant_read,
    answers={200: GuardInfo},
)
def show_guard() -> GuardInfo:
    """What is redacted, and the rules of its filters."""
    return _info(tenants.of(caller().tenant))


@operation(
    "PUT /api/v1/guard",
    summary="Set your tenant's guard",
    tag="Guard",
    permission=Permission.tenant_admin,
    body=Guard,
    answers={200: GuardInfo, 400: Problem},
)
def put_guard(body: Guard) -> GuardInfo:
    """In force within two seconds on every process. Redacted values come back in the answer; models never see them."""
    answers = AnswerPolicy(Loops(body.loops), Stock(body.stock))
    guard = tenants.made(body.redaction, body.classes, body.rules, answers)
    tenants.save(caller().tenant, guard)
    changed: dict[str, Any] = {"redaction": body.redaction, "loops": body.loops, "stock": body.stock}
    actor().note(None, audit.Act.guard_changed, "guard", rules=len(body.rules), **changed)
    # What was answered under the old one is not given again.
    purge.purge(actor(), caller().tenant, None)
    return _info(guard)


@operation(
    "POST /v1/moderations",
    summary="Moderate",
    tag="OpenAI",
    permission=Permission.jobs_write,
    body=ModerationRequest,
    answers={200: Moderation, 400: OpenAIError},
)
def moderate(body: ModerationRequest) -> Moderation:
    """By the rules of your tenant's guard; without any, nothing is flagged."""
    rules = tenants.of(caller().tenant).filter or Filter([])
    texts = body.input if isinstance(body.input, list) else [body.input]
    results = [moderated(_text(each), rules) for each in texts[:1000]]
    return Moderation(id=ids.show("modr", ids.new()), model="rules", results=results)


def _text(given: Any) -> str:
    """A text, or the text of a part; pictures are not looked into."""
    found = given.get("text") if isinstance(given, dict) else given
    return found if isinstance(found, str) else ""


def _info(guard: tenants.TenantGuard) -> GuardInfo:
    classes = guard.redaction.classes
    return GuardInfo(
        redaction=guard.redaction.when.value,
        classes=None if classes is None else sorted(classes),
        rules=list(guard.rules),
        loops=guard.answers.loops.value,
        stock=guard.answers.stock.value,
        known_classes=sorted(known()),
    )
