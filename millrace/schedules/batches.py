"""From a template to the batch that it makes, over a stored file or one that is pulled from S3 first."""

from typing import Any

from millrace.batches import create
from millrace.batches.create import Wanted, made_under
from millrace.errors import KeyReused
from millrace.identity.caller import Caller
from millrace.schedules import pull
from millrace.schedules.runs import Run

__all__ = ["made_under", "make"]


def make(caller: Caller, template: dict[str, Any], run: Run) -> str | None:
    """The batch, which is the one of the run's key.

    Raises NotFound, Conflict, SourceRefused, SourceUnavailable, FileTooLarge, StorageFull, UploadLost.
    """
    asked = template["batch"]
    wanted = Wanted(
        endpoint=asked["endpoint"],
        input_file=_file(caller, asked["input"], run),
        completion_window=asked["completion_window"],
        metadata=asked.get("metadata"),
        output_seconds=asked.get("output_seconds"),
        template=asked.get("template"),
        webhook=asked.get("webhook"),
    )
    try:
        return create.create(caller, wanted, address=None, key=run.key).id
    except KeyReused:
        return made_under(caller.tenant, run.key)


def _file(caller: Caller, source: dict[str, Any], run: Run) -> str:
    return str(source["file"]) if "file" in source else pull.pull(caller, source["s3"], run)
