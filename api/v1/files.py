"""`/v1/files`, as OpenAI's clients use it."""

from flask import Response

from api import errors
from api.auth import caller
from api.operations import operation
from api.v1 import downloads, uploads
from api.v1.file_list import listed, shown
from api.v1.file_shapes import FileDeleted, FileInfo, FileList, FileQuery, NewFile
from api.v1.shapes import OpenAIError
from millrace import files, ids
from millrace.errors import RangeNotSatisfiable
from millrace.files import PREFIX, File
from millrace.identity.permissions import Permission

TAG = "OpenAI"


@operation(
    "POST /v1/files",
    summary="Upload a file",
    tag=TAG,
    permission=Permission.files_write,
    form=NewFile,
    answers={200: FileInfo, 408: OpenAIError, 409: OpenAIError, 503: OpenAIError},
)
def upload_file() -> FileInfo:
    """It is there when it is answered, as a whole, and not before. Encrypted at rest."""
    return shown(uploads.received())


@operation(
    "GET /v1/files",
    summary="List files",
    tag=TAG,
    permission=Permission.files_read,
    query=FileQuery,
    answers={200: FileList},
)
def list_files(query: FileQuery) -> Response:
    """Those of your tenant, newest first unless told otherwise."""
    return listed(caller().tenant, query)


@operation(
    "GET /v1/files/<id>",
    summary="Look at a file",
    tag=TAG,
    permission=Permission.files_read,
    answers={200: FileInfo, 404: OpenAIError},
)
def show_file(id: str) -> FileInfo:
    """What it is; `/content` has its bytes."""
    return shown(_found(id))


@operation(
    "DELETE /v1/files/<id>",
    summary="Delete a file",
    tag=TAG,
    permission=Permission.files_write,
    answers={200: FileDeleted, 404: OpenAIError},
)
def delete_file(id: str) -> FileDeleted:
    """At once, and for good. A batch that has read its lines goes on without it."""
    files.delete(caller().tenant, ids.parse(PREFIX, id))
    return FileDeleted(id=id, object="file", deleted=True)


@operation(
    "GET /v1/files/<id>/content",
    summary="Download a file",
    tag=TAG,
    permission=Permission.files_read,
    headers={"Range": "`bytes=0-99`: only these.", "If-None-Match": "The ETag that you have: 304 if it is the same."},
    answers={
        200: "Its bytes; `ETag` is their SHA-256.",
        206: "The range that was asked for.",
        304: "You have it.",
        404: OpenAIError,
        416: OpenAIError,
        503: OpenAIError,
    },
)
def download_file(id: str) -> Response:
    """As it was uploaded, byte for byte. Ranges are read by themselves."""
    file = _found(id)
    try:
        return downloads.content(file)
    except RangeNotSatisfiable as failure:
        refused = errors.render(failure)
        refused.headers["Content-Range"] = f"bytes */{file.bytes}"
        return refused


def _found(id: str) -> File:
    return files.find(caller().tenant, ids.parse(PREFIX, id))
