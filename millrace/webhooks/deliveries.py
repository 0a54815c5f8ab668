"""Deliveries as their sender sees them: claimed in blocks, tried, recorded in groups."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import text

from millrace import audit, db
from millrace.engines.engine import Line
from millrace.errors import Unreadable
from millrace.grouping import Grouped
from millrace.telemetry import logger
from millrace.webhooks import endpoints, events, secrets, signing
from millrace.webhooks.retry import Verdict, decide
from millrace.webhooks.sending import Answer, post

log = logger(__name__)

#: Seconds for which a claimed delivery is its sender's: more than the longest try, and the recording of it.
LEASE = 90.0

#: Deliveries that one process sends one target at a time.
SHARE = 32

_DISABLED = audit.Act.webhook_disabled

_CLAIM = "SELECT * FROM claim_deliveries(%s, %s, %s, %s)"

_SETTLE = text("SELECT endpoint, tenant, reason FROM settle_deliveries(:tries)")

_HAND_BACK = """
UPDATE webhook_deliveries SET next_try = clock_timestamp() WHERE id = %s AND attempt = %s AND state = 'pending'
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours for LEASE. `url` is None where its endpoint went this moment; `data` and `secrets` are
    JSON texts."""

    id: str
    attempt: int
    failures: int
    tenant: str
    endpoint: str | None
    url: str | None
    event: str
    type: str
    subject: str
    data: str
    created_at: datetime
    secrets: str | None

    @property
    def target(self) -> str:
        """With what it takes turns."""
        return self.endpoint or self.tenant


@dataclass(frozen=True, slots=True)
class Try:
    """What came of one, as settle_deliveries reads it."""

    id: str
    attempt: int
    state: str
    delay: float
    gone: bool
    status: int | None
    error: str | None
    response: str
    seconds: float


def claim(most: int, busy: Mapping[str, int]) -> list[Claimed]:
    """Up to `most` that are due. `busy`: how many this process is sending, by target."""
    return [Claimed(*row) for row in db.call(_CLAIM, (most, SHARE, json.dumps(busy), LEASE))]


def attempt(delivery: Claimed, line: Line) -> Try:
    """Send it once; `line` can cut that short, and nothing is to be recorded then."""
    if delivery.url is None:
        return _try(delivery, Answer(None, "its endpoint was deleted"), Verdict("failed"))
    id = events.shown(delivery.event)
    body = events.body(id, delivery.type, delivery.subject, json.loads(delivery.data), delivery.created_at)
    try:
        keys = secrets.of_claim(delivery.tenant, delivery.secrets)
        answer = post(delivery.url, signing.headers(id, int(time.time()), body, keys), body, line)
    except Unreadable:
        answer = Answer(None, "the secret that signs it cannot be read")
    return _try(delivery, answer, decide(answer.status, delivery.failures, answer.retry_after))


def _try(delivery: Claimed, answer: Answer, verdict: Verdict) -> Try:
    return Try(
        id=delivery.id,
        attempt=delivery.attempt,
        state=verdict.state,
        delay=verdict.delay,
        gone=verdict.gone,
        status=answer.status,
        error=answer.error,
        response=answer.text,
        seconds=answer.took,
    )


def hand_back(delivery: Claimed) -> None:
    """Somebody else shall send it: due at once, and no failure."""
    db.call(_HAND_BACK, (delivery.id, delivery.attempt))


def _record_all(tries: Sequence[Try]) -> list[None]:
    with db.transaction() as connection:
        disabled = connection.execute(_SETTLE, {"tries": json.dumps([asdict(each) for each in tries])}).all()
        for endpoint, tenant, reason in disabled:
            target, details = endpoints.shown(endpoint), {"reason": reason}
            audit.note(_DISABLED, actor="system", tenant=tenant, target=target, details=details, connection=connection)
            log.warning("a webhook's endpoint is disabled", endpoint=target, reason=reason)
    return [None for _ in tries]


#: Record a try, together with those that fall together with it. Bears being called again.
record = Grouped(_record_all, most=64)
