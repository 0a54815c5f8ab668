"""Uploading a file: from the form as it comes into the store, and nowhere in between."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import request

from api.auth import caller
from api.long_body import LongBody
from api.operations import validated
from api.v1.file_shapes import FileFields
from api.v1.multipart import Form, FormField, FormFile
from millrace.errors import Busy, InvalidField, UnsupportedMediaType
from millrace.files import By, File, Upload
from millrace.files.limits import of_uploads

#: Uploads of one process at a time: each holds one or two megabytes, and 11 where the store is an S3.
AT_ONCE = 32

#: Bytes of a form that are not its file, at the most.
FORM = 65_536

_turns = threading.BoundedSemaphore(AT_ONCE)


def received() -> File:
    """The file of this request's form, ready."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send a multipart form: `Content-Type: multipart/form-data`.")
    limits = of_uploads()
    limits.check(_announced())
    body = LongBody()
    form = Form(body.read, request.mimetype_params.get("boundary"))
    with _turn(), body.watched(), Upload(caller().tenant, By(caller().key, caller().user), limits) as upload:
        return _stored(form, upload)


def _announced() -> int:
    """Bytes that the file has at the least, as far as the request's headers tell."""
    return max(0, (request.content_length or 0) - FORM)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(blocking=False):
        raise Busy("Too many files are being uploaded. Try again in a few seconds.", retry_after=5)
    try:
        yield
    finally:
        _turns.release()


def _stored(form: Form, upload: Upload) -> File:
    fields: dict[str, str] = {}
    filename = None
    for part in form.parts():
        if isinstance(part, FormField):
            fields[part.name] = part.value
        elif filename is not None or part.name != "file":
            raise InvalidField("file: exactly one file, and no others.", param="file")
        else:
            filename = part.filename
            _store(part, fields, upload)
    if filename is None:
        raise InvalidField("file: it is missing. Send it as a file, with a filename.", param="file")
    wanted = _wanted(fields)
    life = timedelta(seconds=wanted.expires_after.seconds) if wanted.expires_after else None
    return upload.finish(wanted.purpose, filename, life)


def _store(part: FormFile, fields: dict[str, str], upload: Upload) -> None:
    if "purpose" in fields:
        # What is wrong already need not be uploaded first.
        _wanted(fields)
    upload.begin(_announced())
    if not upload.write(part.chunks):
        raise InvalidField("file: it is empty.", param="file")


def _wanted(fields: dict[str, str]) -> FileFields:
    """The fields as a model; `expires_after[seconds]` is a field of a field."""
    given: dict[str, object] = {}
    for name, value in fields.items():
        if inner := re.fullmatch(r"expires_after\[(\w+)\]", name):
            found = given.setdefault("expires_after", {})
            assert isinstance(found, dict)
            found[inner[1]] = value
        elif name == "purpose":
            given[name] = value
    return validated(FileFields, given)
