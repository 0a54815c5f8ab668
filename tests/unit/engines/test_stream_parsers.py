"""The incremental parsers: whatever the pieces, the same result."""

import pytest

from millrace.engines.failures import Broken
from millrace.engines.http import lines, sse
from millrace.engines.http.chunked import Chunked
from millrace.engines.http.lines import Lines
from millrace.engines.http.sse import Events

SSE = (
    ": a comment\r\n\r\ndata: one\n\nevent: x\nid: 7\ndata:two\ndata: lines\n\n\n"
    "data: gr\u00fc\u00df dich \U0001f600\r\n\r\ndata: cr\r\rretry: 5\n\nnonsense\ndata\n\ndata: torn"
).encode()
EVENTS = [b"one", b"two\nlines", "gr\u00fc\u00df dich \U0001f600".encode(), b"cr"]


def cut(raw: bytes, size: int) -> list[bytes]:
    return [raw[at : at + size] for at in range(0, len(raw), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_do_not_depend_on_the_reads(size: int) -> None:
    parser = Events()
    assert [event for piece in cut(SSE, size) for event in parser.feed(piece)] == EVENTS
    assert parser.flush() == [b"torn"]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_lines_do_not_depend_on_the_reads(size: int) -> None:
    parser = Lines()
    found = [line for piece in cut(b'{"a": 1}\n\n{"b": 2}\r\n{"c": 3}', size) for line in parser.feed(piece)]
    assert found == [b'{"a": 1}', b'{"b": 2}\r']
    assert parser.flush() == [b'{"c": 3}']


def test_an_event_and_a_line_have_a_size_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT", 100)
    monkeypatch.setattr(lines, "MAX_LINE", 100)
    for parser in (Events(), Lines()):
        with pytest.raises(Broken):
            for _ in range(30):
                parser.feed(b"data: xxxx")
    parser = Events()
    with pytest.raises(Broken):
        for _ in range(30):
            parser.feed(b"data: xxxx\n")


CHUNKS = b"4\r\nWiki\r\n6;name=value\r\npedia \r\n00E\r\nin \r\n\r\nchunks.\r\n0\r\nTrailer: x\r\n\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_chunks_do_not_depend_on_the_reads(size: int) -> None:
    decoder = Chunked()
    assert b"".join(decoder.feed(piece) for piece in cut(CHUNKS, size)) == b"Wikipedia in \r\n\r\nchunks."
    assert decoder.ended


def test_chunks_end_where_they_say_and_not_before() -> None:
    decoder = Chunked()
    decoder.feed(CHUNKS[:-2])
    assert not decoder.ended
    decoder.feed(CHUNKS[-2:] + b"more")
    assert decoder.ended


@pytest.mark.parametrize("raw", [b"x\r\n", b"-1\r\n", b"\r\n", b"1" * 20_000])
def test_what_is_no_chunk_is_an_error(raw: bytes) -> None:
    with pytest.raises(ValueError):
        Chunked().feed(raw)
