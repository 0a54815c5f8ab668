"""Looking at a comparison: what has ended is taken in and graded, and when all has, the summary is made.

Whoever looks does it, the sweep where nobody looks. It may be done twice, and by several at once: what is written comes
from what the jobs' settlements wrote, and is written only where nothing stands yet.
"""

import json
from functools import lru_cache
from typing import Any

from millrace import crypto, db
from millrace.comparisons import find
from millrace.comparisons.cancel import cancel_calls
from millrace.comparisons.figures import Figures, figures
from millrace.comparisons.find import Comparison
from millrace.comparisons.grading import graded
from millrace.comparisons.prompt import Prompt, parsed
from millrace.crypto import fields
from millrace.errors import InvalidField, Unreadable
from millrace.telemetry import logger

log = logger(__name__)

#: Answers one look takes in at the most.
MOST = 500

#: Errors without an answer after which a model is given up.
GIVE_UP = 5

#: A job and its line in the request log are written by one statement, which ends within its time-out: a minute.
_ENDED = """
WITH ended AS MATERIALIZED (
    SELECT c.job, c.prompt, j.state, j.finished_at
    FROM comparison_calls c JOIN jobs j ON j.id = c.job
    WHERE c.comparison = %(id)s AND c.tenant = %(tenant)s AND c.outcome IS NULL AND j.state NOT IN ('queued', 'running')
    ORDER BY c.job LIMIT %(most)s
), logged AS MATERIALIZED (
    SELECT r.job, r.first_ms, r.ran_ms, r.error_code FROM request_log r
    WHERE r.tenant = %(tenant)s AND r.job IN (SELECT e.job FROM ended e)
    AND r.at >= (SELECT min(e.finished_at) FROM ended e) - interval '1 minute'
    AND r.at <= (SELECT max(e.finished_at) FROM ended e) + interval '1 minute'
)
SELECT e.job, e.prompt, e.state, r.body, g.error_code, g.first_ms, g.ran_ms, l.input_tokens, l.output_tokens,
    l.estimated, l.nanos + l.overage_nanos
FROM ended e
LEFT JOIN job_results r ON r.job = e.job
LEFT JOIN ledger_entries l ON l.job = e.job
LEFT JOIN logged g ON g.job = e.job
"""

_TAKE_IN = """
UPDATE comparison_calls c SET outcome = x.outcome, error_code = x.error_code, score = x.score, cut = x.cut,
    first_ms = x.first_ms, ran_ms = x.ran_ms, input_tokens = x.input_tokens, output_tokens = x.output_tokens,
    estimated = x.estimated, nanos = x.nanos
FROM json_populate_recordset(NULL::comparison_calls, %s) x
WHERE c.comparison = %s AND c.tenant = %s AND c.job = x.job AND c.outcome IS NULL
"""

_FINISH = """
UPDATE comparisons x SET summary = %(summary)s, finished_at = now(), outcome = CASE WHEN x.cancel_requested AND EXISTS (
    SELECT 1 FROM comparison_calls c WHERE c.comparison = x.id AND c.outcome = 'cancelled'
) THEN 'cancelled' ELSE 'completed' END
WHERE x.id = %(id)s AND x.tenant = %(tenant)s AND x.outcome IS NULL
"""

_PROMPTS = "SELECT prompts FROM comparisons WHERE id = %s AND tenant = %s"

_RESULT = ("outcome", "error_code", "first_ms", "ran_ms", "input_tokens", "output_tokens", "estimated", "nanos")


def look(tenant: str, id: str | None) -> tuple[Comparison, list[Figures]]:
    """A comparison as it is now, and what is known of its models by now. Raises NotFound."""
    found = find.find(tenant, id)
    if found.outcome is not None:
        return found, found.found()
    _take_in(found)
    known = figures(found.models, find.calls(found))
    if all(each.ended == each.jobs for each in known):
        _finish(found, known)
    for each in known:
        if hopeless(each):
            cancel_calls(found.tenant, found.id, each.model)
    # As it was written, by whomever.
    found = find.find(tenant, id)
    return found, found.found() or known


def hopeless(found: Figures) -> bool:
    """A model that has failed so often, and never answered, is given up: its other calls would wait in its pause."""
    return found.succeeded == 0 and sum(found.errors.values()) >= GIVE_UP and found.ended < found.jobs


def _take_in(comparison: Comparison) -> None:
    given = {"id": comparison.id, "tenant": comparison.tenant, "most": MOST}
    rows = db.call(_ENDED, given, tenants=[comparison.tenant])
    if rows:
        prompts = _prompts(comparison)
        ended = [_result(prompts, *row) for row in rows]
        parameters = (json.dumps(ended), comparison.id, comparison.tenant)
        db.call(_TAKE_IN, parameters, tenants=[comparison.tenant])


def _result(prompts: dict[str, Prompt], job: str, prompt: str, state: str, body: str | None, *rest: Any) -> Any:
    """What is written of a job that has ended. An answer that is not kept any more, or unreadable, has no score."""
    found = {"job": job} | dict(zip(_RESULT, (state, *rest), strict=True))
    if state != "succeeded" or body is None or prompt not in prompts:
        return found
    try:
        return found | graded(prompts[prompt], crypto.unseal(body, fields.ANSWER.of(job)))
    except Unreadable:
        return found


def _prompts(comparison: Comparison) -> dict[str, Prompt]:
    """By id. None of prompts that nobody can read any more: their answers have no score."""
    sealed = db.call(_PROMPTS, (comparison.id, comparison.tenant), tenants=[comparison.tenant])[0][0]
    try:
        return _opened(comparison.id, sealed)
    except (Unreadable, InvalidField) as failure:
        log.warning("the prompts of a comparison cannot be read", comparison=comparison.id, code=failure.code)
        return {}


@lru_cache(maxsize=8)
def _opened(id: str, sealed: str) -> dict[str, Prompt]:
    """Kept, since a comparison is looked at every second while it runs. Raises Unreadable, InvalidField."""
    return {each.id: each for each in parsed(json.loads(crypto.unseal(sealed, fields.COMPARED.of(id))))}


def _finish(comparison: Comparison, found: list[Figures]) -> None:
    summary = json.dumps([each.model_dump() for each in found])
    given = {"summary": summary, "id": comparison.id, "tenant": comparison.tenant}
    db.call(_FINISH, given, tenants=[comparison.tenant])
