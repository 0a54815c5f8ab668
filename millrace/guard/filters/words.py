"""Word lists: whole words and phrases, compared without case, accents' encoding, width or invisible characters.

One pass over the text, however long the list. Scripts without spaces between words (Chinese, Japanese, Thai ...) are
looked for anywhere, since nobody can say where a word ends there.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

#: Words of a phrase, or characters of an entry in a script without spaces: what one place of a text can cost at most.
STEPS = 40

_WORD = re.compile(r"\w+")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")

#: Joiners, marks of direction, soft hyphens, byte order marks: they show nothing, and part a word so that it is missed.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF]
)


def folded(text: str) -> str:
    """The text as it is compared."""
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).casefold()


class WordList:
    """Says whether one of its words or phrases stands in a text."""

    def __init__(self, words: Iterable[str]) -> None:
        """Raises ValueError for an entry of more than STEPS words, or without any word or character of a script."""
        self._phrases, self._anywhere = _Tree(), _Tree()
        for word in words:
            self._add(folded(word).strip())

    def found_in(self, text: str) -> bool:
        """`text` as `folded` gives it."""
        return bool(self._phrases and self._phrases.found_in(_WORD.findall(text))) or bool(
            self._anywhere and self._anywhere.found_in(text)
        )

    def _add(self, word: str) -> None:
        parts: Sequence[str] = word if _SPACELESS.search(word) else _WORD.findall(word)
        if not 0 < len(parts) <= STEPS:
            raise ValueError(f"an entry has 1 to {STEPS} words, not {len(parts)}")
        (self._anywhere if parts is word else self._phrases).add(parts)


class _Tree:
    """Sequences by their first element, then by the second, and so on. None ends one."""

    def __init__(self) -> None:
        self._root: dict[str | None, Any] = {}

    def add(self, parts: Sequence[str]) -> None:
        node = self._root
        for part in parts:
            node = node.setdefault(part, {})
        node[None] = True

    def found_in(self, parts: Sequence[str]) -> bool:
        return any(self._at(parts, place) for place, part in enumerate(parts) if part in self._root)

    def _at(self, parts: Sequence[str], place: int) -> bool:
        node = self._root
        while None not in node:
            if place >= len(parts) or parts[place] not in node:
                return False
            node, place = node[parts[place]], place + 1
        return True

    def __bool__(self) -> bool:
        return bool(self._root)
