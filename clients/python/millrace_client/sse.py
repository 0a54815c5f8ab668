"""Server-sent events (the HTML standard, 9.2), from lines to events."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as it was sent; `id` empty where there was none."""

    event: str
    data: str
    id: str = ""


class Lines:
    """Give it bytes as they come; it gives the lines that they complete."""

    def __init__(self) -> None:
        self._left: list[bytes] = []

    def take(self, piece: bytes) -> list[str]:
        *whole, last = piece.split(b"\n")
        if whole:
            whole[0] = b"".join((*self._left, whole[0]))
            self._left = []
        self._left.append(last)
        return [each.removesuffix(b"\r").decode() for each in whole]


class Frames:
    """Give it lines without their ends; it gives a frame for each blank line that ends one."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}
        self._data: list[str] = []

    def take(self, line: str) -> Frame | None:
        if not line:
            return self._done()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name:
            self._fields[name] = value
        return None

    def _done(self) -> Frame | None:
        fields, data = self._fields, self._data
        self._fields, self._data = {}, []
        return Frame(fields.get("event", "message"), "\n".join(data), fields.get("id", "")) if data else None
