"""Decoding `Transfer-Encoding: chunked` from whatever pieces the socket gives.

http.client decodes it too, but gives one chunk a call; a stream of tokens is one chunk a token, and reading all there
is in one go costs a third of the CPU.
"""

#: Bytes: a chunk's size line, or a trailer, longer than this is not HTTP.
MAX_LINE = 16_384


class Chunked:
    """Feed it raw bytes; `ended` says that the last chunk and its trailers have been seen."""

    __slots__ = ("_left", "_line", "_trailer", "ended")

    def __init__(self) -> None:
        self.ended = False
        #: Bytes of the current chunk still to come, its closing CRLF included.
        self._left = 0
        self._line = b""
        self._trailer = False

    def feed(self, raw: bytes) -> bytes:
        """The body's bytes in `raw`. Raises ValueError where this is no chunked body."""
        found: list[bytes] = []
        at = 0
        while at < len(raw) and not self.ended:
            at = self._data(raw, at, found) if self._left else self._head(raw, at)
        return found[0] if len(found) == 1 else b"".join(found)

    def _data(self, raw: bytes, at: int, found: list[bytes]) -> int:
        end = min(len(raw), at + self._left)
        piece = raw[at : max(at, min(end, at + self._left - 2))]
        if piece:
            found.append(piece)
        self._left -= end - at
        return end

    def _head(self, raw: bytes, at: int) -> int:
        end = raw.find(b"\n", at)
        self._line += raw[at:] if end < 0 else raw[at:end]
        if len(self._line) > MAX_LINE:
            raise ValueError("a chunk's size line is too long")
        if end < 0:
            return len(raw)
        line, self._line = self._line.strip(), b""
        self._begin(line)
        return end + 1

    def _begin(self, line: bytes) -> None:
        if self._trailer:
            self.ended = not line
            return
        digits = line.partition(b";")[0].strip()
        if not digits.isalnum():
            raise ValueError("a chunk's size is not a number")
        size = int(digits, 16)
        self._trailer = size == 0
        self._left = size + 2 if size else 0
