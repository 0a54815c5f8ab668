"""Reading comparisons: one, or a tenant's list, which is the history of its models."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from millrace import db
from millrace.comparisons.figures import Call, Figures
from millrace.errors import NotFound

_COLUMNS = """
x.id, x.tenant, x.api_key, x.user_id, x.models, x.prompt_set, x.prompts_hash, x.prompt_count, x.rounds, x.max_tokens,
x.temperature, x.jobs, CASE WHEN x.outcome IS NOT NULL THEN x.jobs ELSE (
    SELECT count(*) FROM comparison_calls c WHERE c.comparison = x.id AND c.outcome IS NOT NULL
) END, x.cancel_requested, x.outcome, x.summary, x.created_at, x.finished_at
"""

_ONE = f"SELECT {_COLUMNS} FROM comparisons x WHERE x.id = %s AND x.tenant = %s"

_LIST = f"""
SELECT {_COLUMNS} FROM comparisons x WHERE x.tenant = %(tenant)s
AND (%(model)s::text IS NULL OR %(model)s = ANY (x.models)) AND (%(after)s::uuid IS NULL OR x.id < %(after)s)
ORDER BY x.id DESC LIMIT %(limit)s
"""

_CALLS = """
SELECT model, prompt, category, weight, outcome, error_code, score, cut, first_ms, ran_ms, input_tokens, output_tokens,
    estimated, nanos
FROM comparison_calls WHERE comparison = %s AND tenant = %s
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`outcome` and `summary` (JSON text) are None while it runs; `ended`: jobs that ended and were looked at."""

    id: str
    tenant: str
    api_key: str | None
    user: str | None
    models: list[str]
    prompt_set: Literal["default", "inline"]
    prompts_hash: str
    prompts: int
    rounds: int
    max_tokens: int
    temperature: float | None
    jobs: int
    ended: int
    cancel_requested: bool
    outcome: Literal["completed", "cancelled"] | None
    summary: str | None
    created_at: datetime
    finished_at: datetime | None

    def found(self) -> list[Figures]:
        """The figures of one that has ended, by model; nothing of one that runs."""
        return [Figures.model_validate(each) for each in json.loads(self.summary)] if self.summary else []


def find(tenant: str, id: str | None) -> Comparison:
    """A tenant's comparison. Raises NotFound, for somebody else's too."""
    rows = db.call(_ONE, (id, tenant), tenants=[tenant]) if id else []
    if not rows:
        raise NotFound("No such comparison.")
    return Comparison(*rows[0])


def find_all(tenant: str, model: str | None, after: str | None, limit: int) -> list[Comparison]:
    """A tenant's, newest first: all, or those in which a model took part."""
    given = {"tenant": tenant, "model": model, "after": after, "limit": limit}
    return [Comparison(*row) for row in db.call(_LIST, given, tenants=[tenant])]


def calls(comparison: Comparison) -> list[Call]:
    """What is known of each of its calls."""
    rows = db.call(_CALLS, (comparison.id, comparison.tenant), tenants=[comparison.tenant])
    return [Call(*row) for row in rows]


def known(tenant: str, key: str) -> bool:
    """Whether this Idempotency-Key made a comparison before."""
    statement = "SELECT 1 FROM comparisons WHERE tenant = %s AND key = %s"
    return bool(db.call(statement, (tenant, key), tenants=[tenant]))
