"""The list of files, told as it is read: its limit is 10,000, and others wait while one is put together."""

import json
from collections.abc import Iterator
from itertools import chain

from flask import Response

from api import pages
from api.v1.file_shapes import FileInfo, FileQuery
from millrace import files, ids
from millrace.files import PREFIX, File

#: Files that are read and told in one go: four milliseconds.
AT_ONCE = 200


def listed(tenant: str, query: FileQuery) -> Response:
    """A FileList, begun. Raises InvalidField."""
    given = _pages(tenant, query)
    return Response(_told(chain([next(given)], given)), mimetype="application/json")


def _pages(tenant: str, query: FileQuery) -> Iterator[tuple[list[FileInfo], bool]]:
    """Some files at a time, each with whether there are more."""
    after, left = pages.cursor(PREFIX, query.after), query.limit
    while left:
        wanted, newest_first = min(left, AT_ONCE), query.order == "desc"
        found = files.page(tenant, purpose=query.purpose, after=after, limit=wanted + 1, newest_first=newest_first)
        yield [shown(file) for file in found[:wanted]], len(found) > wanted
        if len(found) <= wanted:
            return
        after, left = found[wanted - 1].id, left - wanted


def _told(given: Iterator[tuple[list[FileInfo], bool]]) -> Iterator[str]:
    first_id, last_id, more = None, None, False
    yield '{"object":"list","data":['
    for some, others in given:
        more = others
        if some:
            yield ("," if first_id else "") + ",".join(each.model_dump_json() for each in some)
            first_id, last_id = first_id or some[0].id, some[-1].id
    yield f'],"first_id":{json.dumps(first_id)},"last_id":{json.dumps(last_id)},"has_more":{json.dumps(more)}}}'


def shown(file: File) -> FileInfo:
    """A file as its owner sees it."""
    return FileInfo(
        id=ids.show(PREFIX, file.id),
        object="file",
        bytes=file.bytes,
        created_at=int(file.created_at.timestamp()),
        expires_at=pages.seconds(file.expires_at),
        filename=file.filename,
        purpose=file.purpose,  # type: ignore[arg-type]
        status="processed",
    )
