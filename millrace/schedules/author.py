"""In whose name a schedule runs: whoever made it, or last resumed it or changed what it asks."""

from millrace import db
from millrace.errors import Forbidden, Unauthorized
from millrace.identity import keys, roles
from millrace.identity.caller import Caller
from millrace.identity.permissions import Permission
from millrace.schedules.schedule import Schedule

_FIND = "SELECT * FROM find_author(%s, %s, %s)"

#: Why a schedule is paused whose author may not act any more.
ENDED = {
    "revoked": "Its API key was revoked.",
    "expired": "Its API key has expired.",
    "disabled": "The account in whose name it runs is disabled.",
    "left": "Whoever it runs for has left the tenant.",
}


class Gone(Unauthorized):
    """Nobody is there any more in whose name it could run. Resume it, and it runs in yours."""

    code = "author_gone"


class Suspended(Forbidden):
    """The tenant is suspended. Ask those who run the platform."""

    code = "tenant_suspended"


def needed(template: dict[str, object]) -> list[Permission]:
    """What whoever asks for such a template must be allowed."""
    batch = template.get("batch")
    if not isinstance(batch, dict):
        return [Permission.jobs_write]
    return [Permission.batches_write] + ([Permission.files_write] if "s3" in batch["input"] else [])


def find(schedule: Schedule) -> Caller:
    """The caller that its author would be now. Raises Gone, Suspended."""
    rows = db.call(_FIND, (schedule.tenant, schedule.api_key, schedule.user_id), tenants=[schedule.tenant])
    key, user, scopes, tenant_scopes, models, tenant_models, operates, tier, role, custom, ended = rows[0]
    if ended == "suspended":
        raise Suspended
    if ended:
        raise Gone(ENDED[ended], guess=False)
    if key:
        may = keys.allowed(operates, tenant_scopes, scopes)
    else:
        may = roles.allowed_to(role, custom, operates, tenant_scopes)
    return Caller(schedule.tenant, may, tier, key=key, user=user, models=keys.both(models, tenant_models))
