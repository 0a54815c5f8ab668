"""The lines of a batch that have ended, as a table: a row each, and a column for what people look for."""

import csv as csvs
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from millrace.batches.output import Ended

#: `text` is the first answer's; `answer` the whole, as JSON.
COLUMNS = (
    "custom_id",
    "status",
    "model",
    "text",
    "input_tokens",
    "output_tokens",
    "error_code",
    "error_message",
    "answer",
)

#: Rows of a group.
ROWS = 1_000


def jsonl(lines: Iterable[Ended]) -> Iterator[bytes]:
    """As OpenAI's output files have them."""
    for line in lines:
        yield line.dump()


def csv(lines: Iterable[Ended]) -> Iterator[bytes]:
    """RFC 4180, in UTF-8. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    yield _written([dict(zip(COLUMNS, COLUMNS, strict=True))])
    for line in lines:
        yield _written([{name: _harmless(value) for name, value in _row(line).items()}])


def _written(rows: Iterable[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    csvs.DictWriter(text, COLUMNS).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _harmless(value: Any) -> Any:
    """CWE-1236: what a model says must not run in somebody's spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def parquet(lines: Iterable[Ended]) -> Iterator[bytes]:
    """Written to a temporary file, a group of rows at a time: its index comes last."""
    # It brings eighty megabytes, which only those pay who ask for it.
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    numbers = ("input_tokens", "output_tokens")
    schema = pyarrow.schema([(name, pyarrow.int64() if name in numbers else pyarrow.string()) for name in COLUMNS])
    with tempfile.TemporaryFile() as file:
        with ParquetWriter(file, schema) as writer:
            rows = map(_row, lines)
            while group := list(islice(rows, ROWS)):
                writer.write_table(pyarrow.Table.from_pylist(group, schema))
        file.seek(0)
        while piece := file.read(65_536):
            yield piece


def _row(line: Ended) -> dict[str, Any]:
    answer, error = line.answer or {}, line.error or {}
    usage = answer.get("usage") or {}
    return {
        "custom_id": line.custom_id,
        "status": line.state,
        "model": line.model,
        "text": _text(answer),
        "input_tokens": usage.get("prompt_tokens", usage.get("input_tokens")),
        "output_tokens": usage.get("completion_tokens", usage.get("output_tokens")),
        "error_code": error.get("code"),
        "error_message": error.get("message"),
        "answer": json.dumps(line.answer, separators=(",", ":")) if line.answer is not None else None,
    }


def _text(answer: dict[str, Any]) -> str | None:
    """What was said, in any of the shapes that say something."""
    for choice in answer.get("choices") or ():
        said = (choice.get("message") or {}).get("content") if "message" in choice else choice.get("text")
        return said if isinstance(said, str) else None
    parts = [part for item in answer.get("output") or () for part in item.get("content") or ()]
    return "".join(part["text"] for part in parts if part.get("type") == "output_text") or None
