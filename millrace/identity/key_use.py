"""When an API key was last used."""

from collections.abc import Sequence

from millrace import db
from millrace.last_times import LastTimes

_WRITE = "SELECT note_key_use(%s::uuid[], %s::float8[])"


def _write(keys: Sequence[str], ago: Sequence[float]) -> None:
    db.call(_WRITE, (keys, ago))


uses = LastTimes(_write)

note = uses.note
