"""From a line to the job that it becomes: its model and lane, what it may use, what that may cost."""

import math
from dataclasses import dataclass
from typing import Any

from millrace import db, ids
from millrace.batches.batch import Batch
from millrace.batches.request import Request
from millrace.jobs import prompts
from millrace.jobs.able import NEEDS, able
from millrace.jobs.candidates import Place
from millrace.jobs.classes import Class
from millrace.jobs.route import Asking, route
from millrace.jobs.submit import Row, Submission, item_of, row_of
from millrace.ledger.estimate import reserved_tokens

_PRICES = """
SELECT DISTINCT ON (p.model) p.model, p.input_nanos::float8, p.output_nanos::float8, p.request_nanos::float8
FROM prices p WHERE p.valid_from <= %s AND (p.valid_until IS NULL OR p.valid_until > %s)
ORDER BY p.model, p.valid_from DESC
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """A line that can run: tokens that it may use at the most, and nano-dollars that those cost."""

    submission: Submission
    custom_id: str
    input_tokens: int
    output_tokens: int
    nanos: int

    def row(self) -> Row:
        return row_of(self.submission, ids.new())

    def item(self, batch: str, line: int) -> dict[str, Any]:
        """As insert_lines reads it."""
        own = {"batch": batch, "line": line, "custom_id": self.custom_id, "reserved_nanos": self.nanos}
        return item_of(self.row()) | own

    @property
    def prefix(self) -> str:
        """What a model server can reuse of the line before: the same model, told the same to begin with."""
        body = self.submission.body
        first = next(iter(body.get("messages") or ()), None)
        told = (
            first.get("content") if isinstance(first, dict) and first.get("role") in ("system", "developer") else None
        )
        return f"{self.submission.model.name}\0{told or body.get('instructions') or ''}"


class Planner:
    """Plans the lines of one batch, at the prices of the moment when it was asked for, so that a second reading of its
    file comes to the same."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._capability = NEEDS[batch.endpoint][0]
        self._place = Place(batch.tenant, Class.batch)
        self._allowed = None if batch.models is None else frozenset(batch.models)
        moment = batch.created_at
        self._prices = {model: price for model, *price in db.call(_PRICES, (moment, moment))}

    def plan(self, request: Request) -> Planned:
        """Raises InvalidField, UnknownModel, ModelUnable, ModelNotAllowed, LocalOnly, ContentFiltered, PersonalData."""
        batch, body = self._batch, request.body
        able(batch.endpoint, body, "body.")
        model, why = route(Asking(str(body["model"]), self._capability, body, self._place, self._allowed))
        wanted = Submission(
            tenant=batch.tenant,
            model=model,
            endpoint=batch.endpoint,
            body=body,
            of_class=Class.batch,
            deadline=batch.deadline,
            api_key=batch.api_key,
            user=batch.user_id,
            address=batch.address,
            route=why,
        )
        prompts.check(wanted)
        tokens = reserved_tokens(batch.endpoint, body, model.context, model.max_output)
        return Planned(wanted, request.custom_id, *tokens, self._nanos(model.name, *tokens))

    def _nanos(self, model: str, input: int, output: int) -> int:
        price = self._prices.get(model)
        return math.ceil(input * price[0] + output * price[1] + price[2]) if price else 0
