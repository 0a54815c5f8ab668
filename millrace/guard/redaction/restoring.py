"""Puts the values back where their placeholders stand: in a whole text, or in one that comes in pieces."""

import json
import re

from millrace.guard.redaction import placeholder
from millrace.guard.redaction.mapping import Mapping


def restore(text: str, mapping: Mapping, *, in_json: bool = False) -> str:
    """The text with the values. Placeholders that are not of this mapping stay as they are.

    `in_json`: the text is JSON, and so is what comes back: values are escaped for the strings in which they stand.
    """
    restorer = Restorer(mapping, in_json=in_json)
    return restorer.feed(text) + restorer.end()


class Restorer:
    """Takes a text in pieces, gives it back in pieces; joined, they are the whole text restored.

    Only what may be the beginning of a placeholder is held back (at most `placeholder.LONGEST` characters), so a stream
    flows as it came.
    """

    def __init__(self, mapping: Mapping, *, in_json: bool = False) -> None:
        self._mapping = mapping
        self._in_json = in_json
        self._held = ""
        #: The last character before what is held: whether it is a backslash matters in JSON.
        self._before = ""
        classes = frozenset(mapping.found)
        self._whole = placeholder.whole(classes, in_json) if classes else None
        self._begun = placeholder.begun(classes, in_json) if classes else None

    def feed(self, piece: str) -> str:
        """What can go out now."""
        if not self._whole or not self._begun:
            return piece
        text = self._before + self._held + piece
        done, at = self._restored(self._whole, text, len(self._before))
        begun = self._begun.search(text, max(at, len(text) - placeholder.LONGEST))
        until = begun.start() if begun else len(text)
        self._held, self._before = text[until:], text[:until][-1:]
        return done + text[at:until]

    def end(self) -> str:
        """What was held back, when nothing more comes."""
        held, self._held = self._held, ""
        return held

    def _restored(self, whole: re.Pattern[str], text: str, at: int) -> tuple[str, int]:
        """The text up to after its last placeholder, restored, and where that ended."""
        parts = []
        for found in whole.finditer(text, at):
            value = self._mapping.value(*placeholder.read(found))
            if value is not None:
                parts += [text[at : found.start()], self._written(value)]
                at = found.end()
        return "".join(parts), at

    def _written(self, value: str) -> str:
        return json.dumps(value, ensure_ascii=False)[1:-1] if self._in_json else value

    def __repr__(self) -> str:
        return f"<Restorer of {self._mapping!r}>"
