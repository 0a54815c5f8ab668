"""Framed blobs: every range is what was put in, and nothing that was done to a blob goes unseen."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.crypto import framing
from millrace.crypto.framing import AT_ONCE, CLEAR, HEADER, SEALED, Frame
from millrace.errors import Unreadable
from millrace.pieces import recut

KEY = bytes(range(32))

#: About every size at which something changes: chunks, and blocks of chunks.
EDGES = sorted({max(0, edge + by) for edge in (0, CLEAR, 2 * CLEAR, AT_ONCE * CLEAR) for by in (-1, 0, 1)})


def text_of(size: int) -> bytes:
    return (bytes(range(256)) * (size // 255 + 1))[:size]


def sealed(text: bytes, key: bytes = KEY, context: str = "file:a") -> bytes:
    return b"".join(Frame(key, context).seal([text], lambda block: None))


def opened(blob: bytes, size: int, start: int = 0, end: int | None = None, context: str = "file:a") -> bytes:
    def read(begin: int, stop: int) -> Iterator[bytes]:
        yield blob[begin:stop]

    return b"".join(Frame(KEY, context).open(read, size, start, size if end is None else end))


@pytest.mark.parametrize("size", EDGES)
def test_any_size_comes_back(size: int) -> None:
    blob = sealed(text_of(size))
    assert opened(blob, size) == text_of(size)
    assert len(blob) == len(HEADER) + size + 16 * framing.chunks_of(size)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(EDGES), st.data())
def test_any_range_is_read_by_itself(size: int, data: st.DataObject) -> None:
    near = st.sampled_from([edge for edge in EDGES if edge <= size]) | st.integers(0, size)
    start, end = sorted((data.draw(near), data.draw(near)))
    assert opened(sealed(text_of(size)), size, start, end) == text_of(size)[start:end]


def test_a_range_reads_only_its_chunks() -> None:
    blob, asked = sealed(text_of(20 * CLEAR)), []

    def read(begin: int, stop: int) -> Iterator[bytes]:
        asked.append((begin, stop))
        yield blob[begin:stop]

    assert b"".join(Frame(KEY, "file:a").open(read, 20 * CLEAR, 9 * CLEAR + 5, 9 * CLEAR + 7)) == text_of(CLEAR)[5:7]
    assert asked == [(len(HEADER) + 9 * SEALED, len(HEADER) + 10 * SEALED)]


@pytest.mark.parametrize("size", [0, 5, CLEAR, CLEAR + 5])
def test_whatever_is_changed_is_seen(size: int) -> None:
    blob = sealed(text_of(size))
    for at in {len(HEADER), len(HEADER) + size // 2, len(blob) - 1}:
        changed = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        with pytest.raises(Unreadable):
            opened(changed, size)


def test_chunks_cannot_be_cut_off_dropped_or_put_in_another_order() -> None:
    size = 3 * CLEAR + 5
    blob = sealed(text_of(size))
    a, b, c, d = (blob[at : at + SEALED] for at in range(len(HEADER), len(blob), SEALED))
    for parts in ((a, b, c), (a, b), (), (a, c, d), (b, a, c, d), (a, b, c, c), (a, b, c, d[:-1])):
        for told in {size, min(size, len(parts) * CLEAR), CLEAR}:
            with pytest.raises(Unreadable):
                opened(HEADER + b"".join(parts), told)


def test_a_size_that_was_changed_is_seen() -> None:
    blob = sealed(text_of(2 * CLEAR + 5))
    for size in (CLEAR, 2 * CLEAR, 2 * CLEAR + 6, 3 * CLEAR):
        with pytest.raises(Unreadable):
            opened(blob, size)


def test_another_files_blob_is_seen() -> None:
    with pytest.raises(Unreadable):
        opened(sealed(b"text", key=bytes(32)), 4)
    with pytest.raises(Unreadable):
        opened(sealed(b"text"), 4, context="file:b")


def test_equal_texts_have_nothing_in_common_under_their_own_keys() -> None:
    first, second = (sealed(bytes(1000), framing.new_key())[len(HEADER) :] for _ in range(2))
    assert not {first[at : at + 16] for at in range(900)} & {second[at : at + 16] for at in range(900)}


def test_the_clear_text_is_shown_once_and_in_order() -> None:
    shown: list[bytes] = []
    pieces = [text_of(700_000), b"", text_of(900_000)]
    list(Frame(KEY, "x").seal(pieces, shown.append))
    assert b"".join(shown) == b"".join(pieces)


@given(st.lists(st.binary(max_size=50)), st.integers(1, 20))
def test_pieces_are_cut_anew_without_a_loss(pieces: list[bytes], size: int) -> None:
    blocks = list(recut(pieces, size))
    assert b"".join(block for block, _ in blocks) == b"".join(pieces)
    assert [last for _, last in blocks] == [False] * (len(blocks) - 1) + [True]
    assert all(len(block) == size for block, _ in blocks[:-1]) and len(blocks[-1][0]) <= size
