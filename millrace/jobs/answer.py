"""A job whose answer is known from the cache: accepted and ended in one transaction, shared by what falls together.

It is a job like any other, in the list and in the ledger, and it never waits.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from millrace import broker, crypto
from millrace.cache.entry import Entry
from millrace.crypto import fields
from millrace.errors import KeyReused
from millrace.grouping import Grouped
from millrace.jobs import bell
from millrace.jobs.recall import texts
from millrace.jobs.submit import Accepted, Submission, as_text, called, item_of, row_of

_ANSWER = "SELECT outcome, job FROM answer_jobs(%s, %s, %s)"

#: What its cache is called in the ledger.
EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission as submit_jobs wants it, but for its id and its body, which are each job's own."""

    item: dict[str, Any]
    body: str


@dataclass(frozen=True, slots=True)
class _Answered:
    """An item of submit_jobs, and one of settle_jobs."""

    item: dict[str, Any]
    end: dict[str, Any]


def prepared(wanted: Submission) -> Prepared:
    """What is the same in every job that this submission becomes. Nothing of the month's tokens is reserved for it."""
    row = replace(row_of(wanted, ""), state="succeeded", tokens=0, output_tokens=0, owner=None, reply_to=None)
    return Prepared(item_of(row), as_text(wanted.body))


def answer(wanted: Prepared, id: str, entry: Entry) -> Accepted | None:
    """Accept a job that is answered already; None where a purge has voided the answer: then nothing happened.

    Not `new` where the key of the submission made a job before. Raises KeyReused, QuotaExceeded, DatabaseUnavailable.
    """
    item = {**wanted.item, "id": id, "body": crypto.seal(wanted.body, fields.REQUEST.of(id))}
    outcome, job = _answer(_Answered(item, _end(item, entry)))
    if outcome == "reused":
        raise KeyReused
    return None if outcome == "void" else Accepted(job, new=outcome == "accepted")


def _end(item: dict[str, Any], entry: Entry) -> dict[str, Any]:
    id = item["id"]
    return {
        "id": id,
        "tenant": item["tenant"],
        "model": entry.model,
        "asked_at": entry.asked_at,
        "state": "succeeded",
        "body": crypto.seal(entry.body, fields.ANSWER.of(id)),
        "text": crypto.seal(json.dumps(texts(json.loads(entry.body))), fields.TEXT.of(id)) if item["stream"] else None,
        "input_tokens": entry.input_tokens,
        "output_tokens": entry.output_tokens,
        "cache": EXACT,
    }


def _answer_group(wanted: Sequence[_Answered]) -> list[tuple[str, str]]:
    # In the order in which their tenants' rows are locked.
    items = sorted((each.item for each in wanted), key=lambda item: str(item["tenant"]))
    keyed = any(item["key"] for item in items)
    parameters = (json.dumps(items), json.dumps([each.end for each in wanted]), keyed)
    found = called(_ANSWER, parameters, {item["tenant"] for item in items})
    outcomes = {job: (outcome, job) for outcome, job in found if outcome == "void"}
    if any(outcome == "told" for outcome, _ in found):
        bell.ring(broker.WEBHOOKS_QUEUE)
    if keyed:
        left = [item["id"] for item in items if item["id"] not in outcomes]
        answered = [each for each in found if each[0] not in ("void", "told")]
        outcomes |= dict(zip(left, answered, strict=True))
    ids = [each.item["id"] for each in wanted]
    return [outcomes.get(id, ("accepted", id)) for id in ids]


#: Smaller groups than elsewhere: while one is committed, this process makes the next. All of a burst in one would leave
#: both waiting for each other in turn (measured: a fifth fewer hits).
_answer = Grouped(_answer_group, most=24)
