"""Trims an answer that comes in pieces."""

import re

from millrace.guard.stock import phrases
from millrace.guard.stock.trimming import SENTENCES, closes, is_letter, last_sentence, opener, without_closers

#: The words with which a closer begins: sentences that begin with others go out as they come.
_BEGINNINGS = frozenset(
    (
        *(
            "i",
            "i'm",
            "i'd",
            "hope",
            "please",
            "just",
            "let",
            "if",
            "feel",
            "don't",
            "do",
            "is",
            "was",
            "would",
            "happy",
        ),
        *("good", "best", "enjoy", "have", "ich", "lass", "lassen", "sag", "sagen", "melde", "melden", "wenn", "falls"),
        *("kann", "soll", "darf", "viel", "gutes", "guten", "j'espère", "n'hésitez", "n'hésite", "si", "bonne", "bon"),
        *(
            "espero",
            "no",
            "mucha",
            "buena",
            "buen",
            "suerte",
            "spero",
            "fammi",
            "mi",
            "se",
            "non",
            "in",
            "buona",
            "não",
        ),
        *("fique", "sinta", "qualquer", "boa", "bom", "ik", "laat", "als", "mocht", "veel", "succes", "eet"),
    )
)
_BEGINNING = re.compile(r"[^\w]*([\w'’]+)(?=[^\w'’])")


class Trimmer:
    """Takes an answer in pieces and gives it back trimmed, in pieces.

    The first sentence waits until it is whole, and so does each that begins as closers do, and whatever may be the last
    SENTENCES closers: at most SENTENCES + 1 times SENTENCE characters.
    """

    def __init__(self) -> None:
        self._held = ""
        self._openers = SENTENCES
        self._letter = False
        self._gone = ""
        self._fences = 0

    def feed(self, piece: str) -> str:
        """What can go out now."""
        self._held += piece
        return self._let(self._settled()) if self._begun() else ""

    def end(self) -> str:
        """The rest, without what closes the answer."""
        self._begun()
        held, self._held = self._held, ""
        if self._letter or self._fences % 2:
            return held
        # With what stands before it, whether it begins a sentence shows, and it may go altogether.
        return without_closers(self._gone + held)[len(self._gone) :]

    def _begun(self) -> bool:
        """Whether it is known what the answer opens with; stock is gone from what is held."""
        while self._openers:
            end = opener(self._held)
            if end is None and len(self._held.lstrip()) <= phrases.SENTENCE and "\n" not in self._held.strip():
                return False
            self._held = self._held[end or 0 :]
            self._openers = self._openers - 1 if end else 0
        self._letter = self._letter or (not self._gone and is_letter(self._held))
        return True

    def _settled(self) -> int:
        """How much of what is held is not of the closers with which the answer may end."""
        at = len(self._held)
        for _ in range(SENTENCES + 1):
            start = last_sentence(self._held[:at])
            if at - start > phrases.SENTENCE or not self._may_close(self._held[start:at], whole=at < len(self._held)):
                break
            at = start
        return len(self._held[:at].rstrip())

    def _may_close(self, sentence: str, whole: bool) -> bool:
        if whole:
            return closes(sentence)
        beginning = _BEGINNING.match(sentence)
        return beginning is None or beginning[1].replace("’", "'").lower() in _BEGINNINGS

    def _let(self, count: int) -> str:
        going, self._held = self._held[:count], self._held[count:]
        self._fences += (self._gone + going).count("```") - self._gone.count("```")
        self._gone = (self._gone + going)[-2:]
        return going
