"""The lines of a batch's file: JSON lines as they are, or the rows of a CSV file put into a template."""

import codecs
import csv
import json
import re
from collections.abc import Iterator
from typing import Any

from millrace import crypto, files
from millrace.batches.batch import Batch
from millrace.batches.request import BadLine
from millrace.crypto.fields import BATCH_TEMPLATE
from millrace.files import File
from millrace.settings import settings

#: `{{ column }}` in any text of a template.
_PLACE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")

#: (number of the line from 1, where it begins, the line, or why it cannot be used)
Row = tuple[int, int, bytes | BadLine]


def of(batch: Batch, file: File, number: int = 1, offset: int = 0) -> Iterator[Row]:
    """Every line that is not blank, from the one with this number, which begins at this offset. Raises what
    `files.read` does."""
    if batch.template is not None:
        template = json.loads(crypto.unseal(batch.template, BATCH_TEMPLATE.of(batch.id)))
        yield from (row for row in _of_csv(file, template, batch.endpoint) if row[0] >= number)
        return
    longest = settings().max_body_bytes
    too_long = BadLine("line_too_long", f"The line has more than {longest} bytes.")
    for at, begin, raw in files.lines(file, longest, number=number, offset=offset):
        yield at, begin, raw if isinstance(raw, bytes) else too_long


def _of_csv(file: File, template: dict[str, Any], endpoint: str) -> Iterator[Row]:
    """A row's number is that of the line in which it ends: its cells may hold line breaks."""
    csv.field_size_limit(settings().max_body_bytes)
    reader = csv.DictReader(_text(files.read(file)))
    while True:
        try:
            cells = next(reader, None)
        except (csv.Error, UnicodeDecodeError) as failure:
            yield reader.line_num, 0, BadLine("invalid_csv", f"This is no CSV in UTF-8: {failure}.")
            return
        if cells is None:
            return
        yield reader.line_num, 0, _filled_in(template, cells, endpoint)


def _text(pieces: Iterator[bytes]) -> Iterator[str]:
    """Lines of text, with their ends; no byte order mark. Raises csv.Error for one without an end."""
    decoder, rest, longest = codecs.getincrementaldecoder("utf-8-sig")(), "", settings().max_body_bytes
    for piece in pieces:
        *lines, rest = (rest + decoder.decode(piece)).split("\n")
        yield from (line + "\n" for line in lines)
        if len(rest) > longest:
            raise csv.Error(f"a line has more than {longest} characters")
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest


def _filled_in(template: dict[str, Any], cells: dict[str, Any], endpoint: str) -> bytes | BadLine:
    missing: list[str] = []

    def cell(match: re.Match[str]) -> str:
        value = cells.get(match[1])
        if not isinstance(value, str):
            missing.append(match[1])
        return str(value)

    def put(value: Any) -> Any:
        if isinstance(value, str):
            return _PLACE.sub(cell, value)
        if isinstance(value, list):
            return [put(each) for each in value]
        return {name: put(each) for name, each in value.items()} if isinstance(value, dict) else value

    made = {"custom_id": put(template["custom_id"]), "method": "POST", "url": endpoint, "body": put(template["body"])}
    if missing:
        return BadLine("missing_column", f"The row has no column {missing[0]!r}.", missing[0])
    return json.dumps(made).encode("utf-8", "surrogatepass")
