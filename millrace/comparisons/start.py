"""Starting a comparison: it and all its jobs are accepted in one transaction, or nothing is."""

import json
from typing import Any

from millrace import crypto, ids
from millrace.catalog.catalog import Model
from millrace.clock import now
from millrace.comparisons.plan import Call, Plan
from millrace.comparisons.prompt import dumped
from millrace.comparisons.wanted import Wanted
from millrace.crypto import fields
from millrace.errors import KeyReused, MillraceError
from millrace.identity.caller import Caller
from millrace.jobs import bell, prompts
from millrace.jobs.candidates import Place
from millrace.jobs.classes import Class
from millrace.jobs.route import Asking, named
from millrace.jobs.submit import Accepted, called, prompt_hash

_START = "SELECT outcome, comparison FROM start_comparison(%s, %s, %s)"


def start(caller: Caller, address: str | None, wanted: Wanted) -> Accepted:
    """Accept it durably, and ring its lanes. Not `new` where the same key had started it before.

    Raises InvalidField, UnknownModel, ModelUnable, ModelNotAllowed, LocalOnly, ContentFiltered, PersonalData,
    KeyReused, QuotaExceeded, DatabaseUnavailable.
    """
    wanted.check()
    models = [_model(caller, name) for name in wanted.models]
    plan = Plan(ids.new(), caller, address, wanted)
    calls = list(plan.calls(models, now()))
    _check_prompts(plan, calls)
    outcome, made = _accept(plan, calls)
    if outcome == "reused":
        raise KeyReused
    if outcome == "accepted":
        for lane in {model.lane for model in models}:
            bell.ring(lane)
    return Accepted(made, new=outcome == "accepted")


def _model(caller: Caller, name: str) -> Model:
    """Itself, and nothing that stands in for it."""
    allowed = None if caller.models is None else frozenset(caller.models)
    try:
        return named(Asking(name, "chat", {}, Place(caller.tenant, Class.batch), allowed))
    except MillraceError as refused:
        refused.param = "models"
        raise


def _check_prompts(plan: Plan, calls: list[Call]) -> None:
    """What the tenant's guard refuses of a job, it refuses of a comparison. The first calls have all prompts."""
    for call in calls[: len(plan.wanted.prompts)]:
        try:
            prompts.check(plan.submission(call))
        except MillraceError as refused:
            refused.message = f"The prompt {call.prompt.id!r}: {refused.message}"
            raise


def _accept(plan: Plan, calls: list[Call]) -> tuple[str, str]:
    given = (_row(plan), [plan.row(call) for call in calls], [plan.item(call) for call in calls])
    return called(_START, [json.dumps(each) for each in given], {plan.caller.tenant})[0]


def _row(plan: Plan) -> dict[str, Any]:
    wanted, text = plan.wanted, dumped(plan.wanted.prompts)
    return {
        "id": plan.id,
        "tenant": plan.caller.tenant,
        "api_key": plan.caller.key,
        "user_id": plan.caller.user,
        "key": wanted.key,
        "request_hash": prompt_hash(wanted.described()),
        "models": list(wanted.models),
        "prompts": crypto.seal(text, fields.COMPARED.of(plan.id)),
        "prompt_set": wanted.prompt_set,
        # Keyed: it tells equal sets, and nobody can try prompts on it.
        "prompts_hash": prompt_hash(text)[:16],
        "prompt_count": len(wanted.prompts),
        "rounds": wanted.rounds,
        "max_tokens": wanted.max_tokens,
        "temperature": wanted.temperature,
        "jobs": wanted.jobs,
    }
