"""Reading newline-delimited JSON from whatever pieces the socket gives."""

from millrace.engines.failures import Broken

#: Bytes of one line.
MAX_LINE = 16_777_216


class Lines:
    """Feed it bytes; it gives the lines that ended, without the empty ones."""

    __slots__ = ("_parts", "_size")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, raw: bytes) -> list[bytes]:
        """The lines that `raw` completes. Raises Broken where one is longer than MAX_LINE."""
        self._parts.append(raw)
        self._size += len(raw)
        found: list[bytes] = []
        if b"\n" in raw:
            *found, rest = b"".join(self._parts).split(b"\n")
            self._parts, self._size = [rest], len(rest)
        if self._size > MAX_LINE:
            raise Broken("The backend's stream cannot be read: a line is too long.")
        return [line for line in found if line.strip()]

    def flush(self) -> list[bytes]:
        """What a server left that ended without the last line feed."""
        return self.feed(b"\n")
