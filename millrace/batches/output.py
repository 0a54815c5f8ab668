"""The lines of a batch that have ended, as OpenAI's output and error files have them; also while it runs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from millrace import crypto, db, ids
from millrace.batches.batch import Batch
from millrace.batches.ending import ERRORS
from millrace.batches.rest import Left, left
from millrace.crypto import fields
from millrace.dialects.responses.response import echo_of, response_of
from millrace.errors import Unreadable

#: Of a line that said `store: false`.
NOT_KEPT = {"code": "not_kept", "message": "The answer was not kept, as the line asked."}

#: Rows read at a time: a large answer may have megabytes.
BLOCK = 100

_ENDED = """
SELECT j.id, j.line, j.state, j.created_at, r.custom_id, r.model, CASE WHEN %s THEN r.body END, s.body, s.error
FROM jobs j JOIN job_requests r ON r.job = j.id JOIN job_results s ON s.job = j.id
WHERE j.batch = %s AND j.tenant = %s AND j.line > %s AND j.line <= %s AND j.state NOT IN ('queued', 'running')
AND ((j.state = 'succeeded') = %s OR %s IS NULL)
ORDER BY j.line LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A line that has ended. `answer` and `error` are parsed; one of them is None."""

    job: str
    line: int
    state: str
    custom_id: str
    model: str
    answer: dict[str, Any] | None
    error: dict[str, Any] | None

    def dump(self) -> bytes:
        """A line of a file."""
        response = {"status_code": 200, "request_id": ids.show("job", self.job), "body": self.answer}
        made = {
            "id": ids.show("batch_req", self.job),
            "custom_id": self.custom_id,
            "response": response if self.answer is not None else None,
            "error": self.error,
        }
        return json.dumps(made, separators=(",", ":")).encode() + b"\n"


def ended(batch: Batch, *, good: bool | None = None) -> Iterator[Ended]:
    """The lines that have ended, in their order: those that succeeded (`good`), the others (False), or all.

    Raises DatabaseUnavailable.
    """
    of_responses, at = batch.endpoint == "/v1/responses", 0
    while True:
        given = (of_responses, batch.id, batch.tenant, at, 2**31 - 1, good, good, BLOCK)
        rows = db.call(_ENDED, given, tenants=[batch.tenant])
        yield from (_ended(*row) for row in rows)
        if len(rows) < BLOCK:
            break
        at = rows[-1][1]
    if batch.over and not good:
        yield from (_never_ran(each, batch) for each in left(batch))


def _never_ran(each: Left, batch: Batch) -> Ended:
    state = "cancelled" if batch.state in ("cancelling", "cancelled") else "expired"
    model = str(each.request.body.get("model"))
    return Ended(each.id, each.line, state, each.request.custom_id, model, None, ERRORS[state])


def _ended(
    job: str, line: int, state: str, created: Any, custom_id: str, model: str, asked: str | None, body: str | None,
    error: str | None,
) -> Ended:  # fmt: skip
    try:
        answer = json.loads(crypto.unseal(body, fields.ANSWER.of(job))) if body else None
        if answer is not None and asked:
            answer = _as_response(job, model, created, asked, answer)
        said = json.loads(crypto.unseal(error, fields.ERROR.of(job))) if error else None
    except Unreadable as failure:
        answer, said = None, failure.as_dict()
    if answer is None:
        # What the sweep ends at its deadline has a code of its own.
        said = ERRORS.get(state, said or NOT_KEPT)
    return Ended(job, line, state, custom_id, model, answer, said if answer is None else None)


def _as_response(job: str, model: str, created: Any, asked: str, answer: dict[str, Any]) -> dict[str, Any]:
    """A job of /v1/responses keeps its answer as a chat completion."""
    request = json.loads(crypto.unseal(asked, fields.REQUEST.of(job)))
    at = int(created.timestamp())
    return response_of(
        id=ids.show("resp", job), model=model, created_at=at, echo=echo_of(request), status="completed", answer=answer,
        error=None, completed_at=at,
    )  # fmt: skip
