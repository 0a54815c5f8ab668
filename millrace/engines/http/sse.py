"""Reading server-sent events from whatever pieces the socket gives. Only `data` matters to us."""

from millrace.engines.failures import Broken

#: Bytes of one event.
MAX_EVENT = 16_777_216


class Events:
    """Feed it bytes; it gives the data of each event that ended, still bytes, so that no character is ever split."""

    __slots__ = ("_after_cr", "_data", "_parts", "_size")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._data: list[bytes] = []
        self._size = 0
        self._after_cr = False

    def feed(self, raw: bytes) -> list[bytes]:
        """The events that `raw` completes. Raises Broken where one is longer than MAX_EVENT."""
        raw = self._line_feeds(raw)
        self._size += len(raw)
        found: list[bytes] = []
        if b"\n" in raw:
            *lines, rest = b"".join([*self._parts, raw]).split(b"\n")
            self._parts = [rest]
            for line in lines:
                self._line(line, found)
            self._size = len(rest) + sum(map(len, self._data))
        elif raw:
            self._parts.append(raw)
        if self._size > MAX_EVENT:
            raise Broken("The backend's stream cannot be read: an event is too long.")
        return found

    def flush(self) -> list[bytes]:
        """What a server left that ended without the last blank line."""
        return self.feed(b"\n\n")

    def _line_feeds(self, raw: bytes) -> bytes:
        """CRLF and CR are line ends too; a CRLF may lie across two reads."""
        if self._after_cr and raw:
            raw = raw.removeprefix(b"\n")
            self._after_cr = False
        if b"\r" in raw:
            self._after_cr = raw.endswith(b"\r")
            raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return raw

    def _line(self, line: bytes, found: list[bytes]) -> None:
        if not line:
            if self._data:
                found.append(b"\n".join(self._data))
            self._data = []
        elif line.startswith(b"data:"):
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
