"""What stands between a run and its engine: redaction on the way out; `way_back.py` has the other way."""

from collections.abc import Callable, Iterator

from millrace.catalog.catalog import Model
from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Refused
from millrace.guard import tenants
from millrace.guard.answers import manner_of
from millrace.guard.redaction import Mapping, PersonalData, TooDeep
from millrace.guard.tenants import TenantGuard
from millrace.jobs.way_back import WayBack
from millrace.telemetry import logger

log = logger(__name__)

Items = Iterator[Delta | Answer]


def guarded(tenant: str, model: Model, call: Call, run: Callable[[Call], Items]) -> Items:
    """What `run(call)` gives, as the tenant lets it pass, and as the request wants it. Raises Refused besides.

    Where all of an answer has become a loop, its connection is closed, and what came is the answer.
    """
    guard = tenants.of(tenant)
    manner = manner_of(guard.answers, call.endpoint, call.body)
    if guard.lets_all_pass and manner.lets_all_pass:
        yield from run(call)
        return
    back = WayBack(call, _redacted(guard, model, call), manner, guard.filter)
    try:
        yield from _passed(call, back, run(call))
    except Refused:
        # Nobody wants the rest of it.
        call.line.cut()
        raise


def _passed(call: Call, back: WayBack, items: Items) -> Items:
    for item in items:
        if isinstance(item, Answer):
            yield from back.answer(item)
            return
        yield from back.delta(item)
        if back.over:
            log.info("a loop was cut")
            call.line.cut()
            break
    if back.over:
        yield from back.answer(back.seen())


def _redacted(guard: TenantGuard, model: Model, call: Call) -> Mapping | None:
    """Take out of the call what must not leave; what it is restored with."""
    try:
        redacted = guard.redaction.apply(call.body, leaves=not model.private)
    except (PersonalData, TooDeep) as refused:
        raise Refused(refused.message, code=refused.code) from None
    if redacted is None:
        return None
    call.body = redacted.body
    return redacted.mapping
