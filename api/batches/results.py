"""What came of a batch's lines, also while it runs: as JSON lines, CSV or Parquet."""

from collections.abc import Iterator

from flask import Response

from api.auth import caller
from api.batches.batches import found
from api.batches.shapes import ResultQuery
from api.operations import operation
from api.presence import presence
from api.shapes import Problem
from millrace import ids
from millrace.batches import tabular
from millrace.batches.batch import PREFIX, Batch
from millrace.batches.output import ended
from millrace.identity.caller import Caller
from millrace.identity.permissions import Permission

#: Which lines, as `ended` has it.
WHICH = {"succeeded": True, "failed": False, "all": None}

TYPES = {"jsonl": "application/jsonl", "csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


@operation(
    "GET /api/v1/batches/<id>/results",
    summary="The answers of a batch",
    tag="Batches",
    permission=Permission.batches_read,
    query=ResultQuery,
    answers={200: "A line for each request that has ended, in the order of the file.", 404: Problem},
)
def results(id: str, query: ResultQuery) -> Response:
    """While it runs: those that have ended by now. `output_file_id` has them for good, at the end."""
    batch = found(id)
    response = Response(_pieces(batch, query, caller()), mimetype=TYPES[query.format])
    name = f"{ids.show(PREFIX, batch.id)}.{query.format}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _pieces(batch: Batch, query: ResultQuery, who: Caller) -> Iterator[bytes]:
    lines = ended(batch, good=WHICH[query.lines])
    left: list[bool] = []
    with presence.held(who, lambda: left.append(True)):
        written = {"csv": tabular.csv, "parquet": tabular.parquet}.get(query.format, tabular.jsonl)(lines)
        for piece in written:
            if left:
                return
            yield piece
