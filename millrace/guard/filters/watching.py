"""An answer filter while the answer streams: text is let go when the rules have seen it together with what came before.

What was let go cannot be taken back, so the last characters wait for what follows: a word or phrase is found whole
before any of it is shown. A match of an expression that is longer than what waits may have begun in text that is gone.
"""

from millrace.guard.filters.filtering import Filter, Outcome, Verdict
from millrace.guard.filters.rule import Side

#: Characters that wait for what follows.
HELD = 80

#: Characters before those that are shown to the rules again.
SEEN = 400

#: Characters that gather before the rules are asked: asking for each token would cost more than the token.
ASKED_EVERY = 40


class Watch:
    """Takes an answer in pieces; gives what may go out, and the verdict so far. After `block` nothing goes out."""

    def __init__(self, rules: Filter) -> None:
        self._rules = rules
        self._seen = self._held = ""
        self._unasked = 0
        self.verdict = Verdict()

    def feed(self, piece: str) -> str:
        """What may go out now."""
        self._held += piece
        self._unasked += len(piece)
        return self._let(max(len(self._held) - HELD, 0)) if self._unasked >= ASKED_EVERY else ""

    def end(self) -> str:
        """What still waited, when nothing more comes."""
        return self._let(len(self._held))

    def _let(self, count: int) -> str:
        self._ask()
        if self.verdict.outcome is Outcome.BLOCK:
            self._held = ""
            return ""
        going, self._held = self._held[:count], self._held[count:]
        self._seen = (self._seen + going)[-SEEN:]
        return going

    def _ask(self) -> None:
        self._unasked = 0
        if self.verdict.outcome is Outcome.BLOCK:
            return
        found = self._rules.check(self._seen + self._held, Side.ANSWER)
        if found.outcome is Outcome.BLOCK or self.verdict.outcome is Outcome.PASS:
            self.verdict = found
