"""Multipart forms: whatever is in a file, and wherever the body is cut, the file is that file."""

import threading

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.v1 import uploads
from api.v1.multipart import Form, FormField, FormFile
from millrace.errors import Busy, InvalidForm

BOUNDARY = "b0undary"

#: What a file is made of: all that looks like a part of a boundary.
PIECES = [b"\r", b"\n", b"\r\n", b"-", b"--", b"b0undary", b"--b0undar", b"\r\n--b0undar", b"x", b"\x00"]


def parsed(body: bytes, size: int) -> list[tuple[str, bytes]]:
    """Names and contents of the parts of a body that comes in pieces of this size."""
    pieces = iter([body[at : at + size] for at in range(0, len(body), size)])
    parts = []
    for part in Form(lambda: next(pieces, b""), BOUNDARY).parts():
        if isinstance(part, FormFile):
            parts.append((part.name, b"".join(part.chunks)))
        else:
            assert isinstance(part, FormField)
            parts.append((part.name, part.value.encode()))
    return parts


def body_of(content: bytes) -> bytes:
    field = b'--b0undary\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    file = b'--b0undary\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + content
    return field + file + b"\r\n" + field + b"--b0undary--\r\n"


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join), st.integers(1, 60))
def test_a_file_is_what_was_sent(content: bytes, size: int) -> None:
    # A boundary is chosen so that no line of the file begins with it.
    assume(b"\r\n--b0undary" not in b"\r\n" + content)
    field = ("purpose", b"batch")
    assert parsed(body_of(content), size) == [field, ("file", content), field]


@given(st.integers(0, 250), st.integers(1, 60))
def test_a_form_that_ends_too_soon_is_never_taken(end: int, size: int) -> None:
    whole = body_of(b"content")
    with pytest.raises(InvalidForm):
        parsed(whole[: min(end, len(whole) - 5)], size)


def test_a_part_that_nobody_reads_is_passed_over() -> None:
    pieces = iter([body_of(b"x" * 100_000)])
    names = [part.name for part in Form(lambda: next(pieces, b""), BOUNDARY).parts()]
    assert names == ["purpose", "file", "purpose"]


def test_who_comes_when_all_places_are_taken_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_turns", threading.BoundedSemaphore(1))
    with uploads._turn(), pytest.raises(Busy), uploads._turn():
        pytest.fail("there was no place")
    with uploads._turn():
        pass
