"""Restoring of an answer that comes in events: each of its texts, such as a choice, has a restorer of its own."""

from collections.abc import Hashable

from millrace.guard.redaction.mapping import Mapping
from millrace.guard.redaction.restoring import Restorer


class Restorers:
    """Restorers by the place of a text in the answer, such as `(0, "content")` or `(0, "tool", 1)`."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._by_place: dict[Hashable, Restorer] = {}

    def feed(self, place: Hashable, piece: str, *, in_json: bool = False) -> str:
        """What can go out now of the text at this place. `in_json` for arguments, and for answers that must be JSON."""
        if place not in self._by_place:
            self._by_place[place] = Restorer(self._mapping, in_json=in_json)
        return self._by_place[place].feed(piece)

    def end(self, place: Hashable) -> str:
        """What was held back at this place, when its text is over."""
        restorer = self._by_place.pop(place, None)
        return restorer.end() if restorer else ""
