"""The lines of a file, for JSON lines."""

from collections.abc import Iterable, Iterator

from millrace.files.file import File
from millrace.files.read import read

#: Bytes of a line, unless told otherwise.
LONGEST = 4_000_000

BOM = b"\xef\xbb\xbf"


class TooLong:
    """In the place of a line that is longer than asked for, and was not kept."""


TOO_LONG = TooLong()


def lines(
    file: File, longest: int = LONGEST, *, number: int = 1, offset: int = 0
) -> Iterator[tuple[int, int, bytes | TooLong]]:
    """Each line that is not blank: its number from 1, the offset of its first byte, and the line without its end.

    Lines end in LF or CRLF, the last one in either or in nothing; a byte order mark is no part of the first. `number`
    and `offset` of a line begin there, for who goes on where they were. Raises what `read` does.
    """
    for line, size in _cut(read(file, offset), longest):
        begin = offset
        if not isinstance(line, TooLong) and offset == 0 and line.startswith(BOM):
            line, begin = line[len(BOM) :], len(BOM)
        if isinstance(line, TooLong) or line.strip():
            yield number, begin, line
        number, offset = number + 1, offset + size


def _cut(pieces: Iterable[bytes], longest: int) -> Iterator[tuple[bytes | TooLong, int]]:
    """Each line, blank or not, and how many bytes it has with its end."""
    line = _Line(longest)
    for piece in pieces:
        *ended, rest = piece.split(b"\n")
        for part in ended:
            line.add(part)
            yield line.whole(), line.size + 1
            line = _Line(longest)
        line.add(rest)
    if line.size:
        yield line.whole(), line.size


class _Line:
    """A line as it comes together; what is too long is only counted."""

    __slots__ = ("_longest", "_parts", "size")

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._parts: list[bytes] = []
        self.size = 0

    def add(self, part: bytes) -> None:
        self.size += len(part)
        # One more, which may be the first half of CRLF.
        if self.size <= self._longest + 1:
            self._parts.append(part)
        else:
            self._parts.clear()

    def whole(self) -> bytes | TooLong:
        text = b"".join(self._parts).removesuffix(b"\r")
        return TOO_LONG if self.size > self._longest + 1 or len(text) > self._longest else text
