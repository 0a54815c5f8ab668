"""From a template to the job that it makes, in its author's name."""

from datetime import timedelta
from typing import Any

from millrace import db
from millrace.clock import now
from millrace.errors import KeyReused
from millrace.identity.caller import Caller
from millrace.jobs import prompts
from millrace.jobs.able import NEEDS, able
from millrace.jobs.candidates import Place
from millrace.jobs.classes import Class
from millrace.jobs.route import Asking, route
from millrace.jobs.submit import Submission, submit
from millrace.schedules.runs import Run

_OF_KEY = "SELECT job FROM idempotency_keys WHERE tenant = %s AND key = %s"


def made_under(tenant: str, key: str) -> str | None:
    """The job that a run's key has made."""
    rows = db.call(_OF_KEY, (tenant, key), tenants=[tenant])
    return rows[0][0] if rows else None


def make(caller: Caller, template: dict[str, Any], run: Run) -> str | None:
    """The job, which is the one of the run's key.

    Raises InvalidField, UnknownModel, ModelUnable, ModelNotAllowed, LocalOnly, ContentFiltered, QuotaExceeded.
    """
    try:
        return submit(_submission(caller, template["job"], run.key)).id
    except KeyReused:
        # Somebody made it this moment, of a template that was changed meanwhile.
        return made_under(caller.tenant, run.key)


def _submission(caller: Caller, template: dict[str, Any], key: str) -> Submission:
    endpoint, body, of_class = template["endpoint"], template["body"], Class[template["class"]]
    able(endpoint, body, "job.body.")
    asking = Asking(str(body["model"]), NEEDS[endpoint][0], body, Place(caller.tenant, of_class), caller.models)
    model, why = route(asking)
    seconds = template.get("deadline_seconds")
    wanted = Submission(
        tenant=caller.tenant,
        model=model,
        endpoint=endpoint,
        body=body,
        of_class=of_class,
        key=key,
        deadline=now() + timedelta(seconds=seconds) if seconds else None,
        max_attempts=template["max_attempts"],
        metadata=template.get("metadata"),
        api_key=caller.key,
        user=caller.user,
        route=why,
        webhook=template.get("webhook"),
    )
    prompts.check(wanted)
    return wanted
