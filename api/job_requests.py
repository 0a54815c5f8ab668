"""From a request to a submission: what must be right before a job is accepted."""

from datetime import datetime, timedelta

from flask import request

from api import routed
from api.address import address
from api.shapes import NewJob
from api.v1 import caching
from api.webhooks.target import target
from millrace.clock import now
from millrace.errors import InvalidField
from millrace.guard.answers import wish
from millrace.identity.caller import Caller
from millrace.jobs import prompts
from millrace.jobs.able import NEEDS, able
from millrace.jobs.classes import Class
from millrace.jobs.submit import Submission

FAR = timedelta(days=366)


def submission(caller: Caller, body: NewJob) -> Submission:
    """What the domain is to accept. Raises InvalidField, UnknownModel, ModelNotAllowed."""
    model = able(body.endpoint, body.body, "body.")
    _check_times(body)
    wanted = Submission(
        tenant=caller.tenant,
        model=model,
        endpoint=body.endpoint,
        body=body.body,
        of_class=Class[body.of_class],
        run_after=body.run_after,
        deadline=body.deadline,
        max_attempts=body.max_attempts,
        metadata=body.metadata,
        webhook=target(body.webhook),
    )
    return asked_by(caller, wanted)


def asked_by(caller: Caller, wanted: Submission) -> Submission:
    """The submission, in somebody's name, with the model that it gets. Raises as `routed.chosen` does, InvalidField."""
    wanted.model, wanted.route = routed.chosen(caller, wanted, NEEDS[wanted.endpoint][0])
    wanted.api_key, wanted.user, wanted.address = caller.key, caller.user, address()
    wish.note(request.headers.get(wish.HEADER), wanted.body)
    wanted.caching = caching.planned(wanted)
    prompts.check(wanted)
    return wanted


def _check_times(body: NewJob) -> None:
    if body.deadline and body.deadline <= now():
        raise InvalidField("deadline: has passed already.", param="deadline")
    if body.deadline and body.run_after and body.run_after >= body.deadline:
        raise InvalidField("run_after: must be before the deadline.", param="run_after")
    for name, moment in (("deadline", body.deadline), ("run_after", body.run_after)):
        _check_near(name, moment)


def _check_near(name: str, moment: datetime | None) -> None:
    if moment and moment > now() + FAR:
        raise InvalidField(f"{name}: may be a year away at most.", param=name)


def idempotency_key() -> str | None:
    """The request's Idempotency-Key. Raises InvalidField."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 0 < len(key) <= 255 or not key.isprintable():
        raise InvalidField("Idempotency-Key: 1 to 255 printable characters.", param="Idempotency-Key")
    return key


def metadata_filter() -> dict[str, str] | None:
    """`metadata[key]=value` of the query."""
    found = {
        name[len("metadata[") : -1]: value
        for name, value in request.args.items()
        if name.startswith("metadata[") and name.endswith("]")
    }
    if any("\x00" in part for pair in found.items() for part in pair):
        raise InvalidField("metadata: the character NUL cannot be stored, so nothing has it.", param="metadata")
    return found or None
