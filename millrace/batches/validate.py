"""Validation: the whole file is read before anything is reserved; every bad line is reported with its number."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from millrace import files
from millrace.batches import rows
from millrace.batches.batch import Batch
from millrace.batches.lease import Step
from millrace.batches.planning import Planner
from millrace.batches.quote import Quote
from millrace.batches.request import BadLine, read
from millrace.batches.windows import SECONDS
from millrace.errors import MillraceError
from millrace.files import File
from millrace.settings import settings

#: Errors that a batch itself lists, as OpenAI has them; all of them are in its error file.
LISTED = 100


@dataclass(slots=True)
class Report:
    """What validation found."""

    total: int = 0
    quote: Quote = field(default_factory=Quote)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def bad(self, failure: MillraceError, line: int | None = None) -> None:
        found = {"code": failure.code, "message": failure.message, "param": failure.param, "line": line}
        self.errors.append(found)

    def listed(self) -> str:
        """As the batch's row has it."""
        return json.dumps({"object": "list", "data": self.errors[:LISTED]})

    def lines(self) -> Iterator[bytes]:
        """As its error file has it."""
        for error in self.errors:
            yield json.dumps(error).encode() + b"\n"


def validate(step: Step) -> Report:
    """Read all of a batch's file. Raises LeaseLost, DatabaseUnavailable, BlobsUnavailable."""
    report = Report()
    try:
        file = files.find(step.batch.tenant, step.batch.input_file)
    except MillraceError as failure:
        report.bad(failure)
        return report
    _read_all(step, file, report)
    if not report.total and not report.errors:
        report.bad(BadLine("empty_file", "The file has no lines.", "input_file_id"))
    if not report.errors:
        report.quote.finish(step.batch)
        _check_window(step.batch, report)
    return report


def _read_all(step: Step, file: File, report: Report) -> None:
    planner, seen = Planner(step.batch), set[bytes]()
    most = settings().max_batch_lines
    for number, _, raw in rows.of(step.batch, file):
        step.keep()
        report.total += 1
        if report.total > most:
            report.bad(BadLine("too_many_lines", f"A batch may have {most} lines. Split the file.", "input_file_id"))
            return
        try:
            _one(raw, step.batch, planner, seen, report)
        except MillraceError as failure:
            if failure.status >= 500:
                raise
            report.bad(failure, number)


def _one(raw: bytes | BadLine, batch: Batch, planner: Planner, seen: set[bytes], report: Report) -> None:
    if isinstance(raw, BadLine):
        raise raw
    request = read(raw, batch.endpoint)
    # Sixteen bytes of each, so that a set of all is small.
    mark = blake2b(request.custom_id.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    if mark in seen:
        raise BadLine("duplicate_custom_id", "custom_id: a line before this one has the same.", "custom_id")
    seen.add(mark)
    report.quote.add(planner.plan(request))


def _check_window(batch: Batch, report: Report) -> None:
    """A lane that cannot make it says so now, not when the window is over."""
    seconds = report.quote.seconds
    if batch.state == "quoting" or seconds is None or seconds <= SECONDS[batch.completion_window]:
        return
    fits = [window for window, size in SECONDS.items() if size >= seconds]
    instead = f"Choose a longer window ({', '.join(fits)})." if fits else "Split the file."
    message = (
        f"By the measured rate this takes {seconds:,.0f} s, which is more than {batch.completion_window}. {instead}"
    )
    report.bad(BadLine("window_unattainable", message, "completion_window"))
