"""A multipart form as it comes (RFC 7578): fields, which are short, and files, which are not held.

Not Werkzeug's: its form parser lays files in memory or /tmp first, and its decoder adds a CR to a file where a piece of
the body ends within the last boundary (its issue 3285).
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from millrace.errors import InvalidForm

#: Parts of a form; bytes of a field's value, of a part's header, and of what is no part.
PARTS, VALUE, HEADER, IDLE = 50, 1000, 65_536, 262_144


@dataclass(frozen=True, slots=True)
class FormField:
    """A field and its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file, whose chunks come while they are asked for: before the next part is."""

    name: str
    filename: str
    chunks: Iterator[bytes]


class Form:
    """The parts of a form. `read()` gives the next piece of the body, and none at its end."""

    def __init__(self, read: Callable[[], bytes], boundary: str | None) -> None:
        self._read = read
        try:
            given = (boundary or "").encode("ascii")
            self._parser = PushMultipartParser(given, max_header_size=HEADER, max_segment_count=PARTS)
        except (MultipartError, UnicodeEncodeError):
            raise InvalidForm from None
        self._events = self._parsed()

    def parts(self) -> Iterator[FormField | FormFile]:
        """Each part, in the order of the body. Raises InvalidForm, and what `read` does."""
        for event in self._events:
            if not isinstance(event, MultipartSegment):
                continue
            if event.filename is None:
                yield FormField(event.name or "", self._value())
            else:
                chunks = self._chunks()
                yield FormFile(event.name or "", event.filename, chunks)
                # What nobody asked for lies before the next part.
                deque(chunks, maxlen=0)

    def _parsed(self) -> Iterator[MultipartSegment | bytes | None]:
        """A part, then its bytes, then None; and so on to the end of the body."""
        idle = 0
        try:
            while not self._parser.closed:
                piece = self._read()
                idle += len(piece)
                for event in self._parser.parse(piece):
                    idle = 0
                    yield event
                if idle > IDLE:
                    raise InvalidForm
        except MultipartError:
            raise InvalidForm from None

    def _chunks(self) -> Iterator[bytes]:
        """Those of the part that has just begun."""
        while isinstance(event := next(self._events), bytes | bytearray):
            yield bytes(event)

    def _value(self) -> str:
        value = b""
        for chunk in self._chunks():
            value += chunk
            if len(value) > VALUE:
                raise InvalidForm(f"A field of the form has more than {VALUE} bytes.")
        return value.decode(errors="replace")
