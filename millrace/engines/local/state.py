"""What became of each local model, beside its address file: `models status` reads it when the process is busy or gone.

The loss of such a file costs a line in a table. Whether a model that was ready still is, only its server can say.
"""

import json
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Any, Literal

from millrace.engines.engine import Deadlines, Line
from millrace.engines.failures import Failure
from millrace.engines.http.transport import origin
from millrace.engines.local.engine import address_file, publish

#: `preparing`: the file is made, or its hash is looked at; then it is loaded.
Word = Literal["preparing", "loading", "ready", "failed", "stopped"]

#: To ask a server on this machine.
QUICK = Deadlines(connect=0.5, first_byte=0.5, idle=0.5, total=0.5)


def note(model: str, word: Word, error: str = "") -> None:
    """Write what it is at now; a disk that is full is no reason not to serve."""
    said = {"model": model, "state": word, "error": error, "since": round(time(), 3)}
    with suppress(OSError):
        publish(_file(model), json.dumps(said))


def state(model: str) -> dict[str, Any]:
    """`{state, error, since, slots, busy}`: what was noted last, and what its server says now."""
    found = {"state": "stopped", "error": "", "since": None, "slots": None, "busy": None} | _noted(model)
    slots = _slots(model)
    if slots is not None:
        busy = sum(1 for slot in slots if isinstance(slot, dict) and slot.get("is_processing"))
        return found | {"state": "ready", "slots": len(slots), "busy": busy}
    return found | ({"state": "stopped"} if found["state"] == "ready" else {})


def _file(model: str) -> Path:
    return address_file(model).with_suffix(".state")


def _noted(model: str) -> dict[str, Any]:
    with suppress(OSError, ValueError, TypeError):
        found = json.loads(_file(model).read_text(encoding="ascii"))
        return {name: found[name] for name in ("state", "error", "since") if name in found}
    return {}


def _slots(model: str) -> list[Any] | None:
    with suppress(Failure, OSError, ValueError):
        url, _, key = address_file(model).read_text(encoding="ascii").strip().partition("\n")
        headers = {"Authorization": f"Bearer {key}"}
        with origin(url).request("GET", "/slots", headers, b"", QUICK, Line()) as reply:
            found = json.loads(reply.read()) if reply.status == 200 else None
        return found if isinstance(found, list) else None
    return None
