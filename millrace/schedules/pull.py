"""Pulling a file from S3 into the tenant's files, piece by piece, for one run."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from millrace.files import By, Upload
from millrace.files.limits import of_uploads
from millrace.identity.caller import Caller
from millrace.schedules import bucket
from millrace.schedules.runs import RENEW, Run


def pull(caller: Caller, source: dict[str, Any], run: Run) -> str:
    """The file. Raises SourceRefused, SourceUnavailable, FileTooLarge, StorageFull, UploadLost, BlobsUnavailable."""
    key = dated(source["key"], run.due_at, run.schedule.zone)
    with Upload(caller.tenant, By(caller.key, caller.user), of_uploads()) as upload:
        upload.begin()
        upload.write(_kept(bucket.read(source, key), run))
        return upload.finish("batch", key.rpartition("/")[2] or "input.jsonl", None).id


def dated(key: str, due_at: datetime, zone: str) -> str:
    """With the window's day in its zone for `{date}` (2026-11-28), and its `{year}`, `{month}`, `{day}`, `{hour}`."""
    at = due_at.astimezone(ZoneInfo(zone))
    said = {"date": "%Y-%m-%d", "year": "%Y", "month": "%m", "day": "%d", "hour": "%H"}
    for name, form in said.items():
        key = key.replace(f"{{{name}}}", at.strftime(form))
    return key


def _kept(pieces: Iterator[bytes], run: Run) -> Iterator[bytes]:
    """The same, while the run is kept ours."""
    renewed = time.monotonic()
    for piece in pieces:
        if time.monotonic() - renewed > RENEW:
            run.keep()
            renewed = time.monotonic()
        yield piece
