"""Which placeholder stands for what, within one request. It holds personal data: it stays in memory."""

from collections import Counter

from millrace.guard.redaction import placeholder


class Mapping:
    """Placeholders such as `<EMAIL_1>` and the values they stand for: the same value, the same placeholder.

    Numbers count up from 1 in each class in the order of the text, so that equal requests are redacted equally.
    """

    __slots__ = ("_last", "_placeholders", "_taken", "_values")

    def __init__(self) -> None:
        self._values: dict[tuple[str, int], str] = {}
        self._placeholders: dict[tuple[str, str], str] = {}
        self._last: Counter[str] = Counter()
        self._taken: set[tuple[str, int]] = set()

    def reserve(self, text: str) -> None:
        """Leave alone what looks like a placeholder in the user's own text. For every text, before the first `put`."""
        self._taken.update(placeholder.every(text))

    def put(self, of_class: str, value: str) -> str:
        """The placeholder of a value."""
        if (of_class, value) not in self._placeholders:
            number = self._next(of_class)
            self._values[of_class, number] = value
            self._placeholders[of_class, value] = placeholder.of(of_class, number)
        return self._placeholders[of_class, value]

    def value(self, of_class: str, number: int) -> str | None:
        """What a placeholder stands for, if it is one of ours."""
        return self._values.get((of_class, number))

    @property
    def found(self) -> dict[str, int]:
        """How many values there are of each class: this may be logged."""
        return dict(Counter(of_class for of_class, _ in self._values))

    def _next(self, of_class: str) -> int:
        self._last[of_class] += 1
        while (of_class, self._last[of_class]) in self._taken:
            self._last[of_class] += 1
        return self._last[of_class]

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        """Classes and counts, never a value."""
        shown = ", ".join(f"{of_class} {count}" for of_class, count in sorted(self.found.items()))
        return f"<Mapping: {shown or 'empty'}>"

    def __reduce__(self) -> str:
        raise TypeError("a mapping holds personal data, and stays in the process that made it")
