"""Lines of a file: numbered, found again by their offset, and never held when they are too long."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

#: The package has a function of this name.
module: Any = import_module("millrace.files.lines")


class Text:
    """A file, read in pieces of so many bytes."""

    def __init__(self, content: bytes, piece: int = 1 << 20) -> None:
        self.content, self.piece = content, piece


def _read(file: Text, start: int = 0) -> Iterator[bytes]:
    for at in range(start, len(file.content), file.piece):
        yield file.content[at : at + file.piece]


@pytest.fixture(autouse=True)
def reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "read", _read)


def lines(content: bytes, longest: int = 100, piece: int = 7, **begin: int) -> list[tuple[int, int, Any]]:
    return list(module.lines(Text(content, piece), longest, **begin))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n\n\r\n  \n\t\n", []),
        (b"a", [(1, 0, b"a")]),
        (b"a\n", [(1, 0, b"a")]),
        (b"a\nb", [(1, 0, b"a"), (2, 2, b"b")]),
        (b"a\r\nb\r\n", [(1, 0, b"a"), (2, 3, b"b")]),
        (b"a\n\n  \r\nb\n", [(1, 0, b"a"), (4, 7, b"b")]),
        (b"a\rb\n", [(1, 0, b"a\rb")]),
        (b"a\r", [(1, 0, b"a")]),
        (b" a \n", [(1, 0, b" a ")]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", [(1, 3, b"a"), (2, 5, b"\xef\xbb\xbfb")]),
        (b"\xef\xbb\xbf", []),
        (b"\xef\xbb\xbf\r\na", [(2, 5, b"a")]),
        (b"\x00\xff\n", [(1, 0, b"\x00\xff")]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("piece", [1, 2, 100])
def test_lines_as_editors_of_all_kinds_write_them(content: bytes, expected: Any, piece: int) -> None:
    assert lines(content, piece=piece) == expected


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("piece", [1, 3, 100])
def test_a_line_that_is_too_long_is_told_and_counted(end: bytes, piece: int) -> None:
    content = b"1234567890" + end
    assert lines(content, longest=10, piece=piece) == [(1, 0, b"1234567890")]
    assert lines(content, longest=9, piece=piece) == [(1, 0, module.TOO_LONG)]


def test_the_lines_after_one_that_is_too_long_are_as_ever() -> None:
    content = b"a\n" + b"x" * 5000 + b"\nb\n"
    assert lines(content) == [(1, 0, b"a"), (2, 2, module.TOO_LONG), (3, 5003, b"b")]


def test_a_line_without_an_end_is_never_held() -> None:
    line = module._Line(100)
    for _ in range(1000):
        line.add(b"x" * 50)
        assert sum(map(len, line._parts)) <= 101
    assert line.whole() is module.TOO_LONG and line.size == 50_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\r", b" ", b"bc", b"\xef\xbb\xbf"])), st.integers(1, 9))
def test_whatever_it_holds_offsets_lead_to_the_lines_and_on_from_them(parts: list[bytes], piece: int) -> None:
    content = b"".join(parts)
    found = lines(content, piece=piece)
    for at, (number, offset, line) in enumerate(found):
        assert content[offset : offset + len(line)] == line
        assert number == content.count(b"\n", 0, offset) + 1
        if offset != 3:
            assert lines(content, piece=piece, number=number, offset=offset) == found[at:]
