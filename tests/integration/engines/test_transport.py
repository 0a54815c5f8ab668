"""The HTTP client over real sockets: connections kept, gone stale, cut and bounded."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from millrace.engines.engine import Deadlines, Line
from millrace.engines.failures import Aborted, Broken, Failure, TimedOut, Unavailable
from millrace.engines.http import reply as reply_module
from millrace.engines.http.transport import Origin
from tests.fakes.openai_server import OpenAIServer

Peer = Callable[[socket.socket], None]


@contextmanager
def peer(*scripts: Peer) -> Iterator[Origin]:
    """A server that takes one connection a script, and does with it what the script says."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def work() -> None:
            for script in scripts:
                with listening.accept()[0] as one:
                    one.recv(65536)
                    script(one)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield Origin(f"http://127.0.0.1:{listening.getsockname()[1]}")


def sends(*pieces: bytes) -> Peer:
    def script(one: socket.socket) -> None:
        for piece in pieces:
            one.sendall(piece)

    return script


def asked(origin: Origin, line: Line | None = None, **deadlines: float) -> bytes:
    with origin.request("GET", "/", {}, b"", Deadlines(**deadlines), line or Line()) as reply:
        return reply.read()


HEAD = b"HTTP/1.1 200 OK\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\nok"


def test_a_connection_is_used_again() -> None:
    with OpenAIServer() as server:
        origin = Origin(server.url)
        for _ in range(3):
            asked(origin)
        assert server.connections == 1


def test_a_stale_connection_costs_a_new_one_and_no_failure() -> None:
    with OpenAIServer() as server:
        origin = Origin(server.url)
        for _ in range(3):
            asked(origin)
            server.drop_connections()
        assert server.connections == 3


def test_a_fresh_connection_that_is_closed_is_broken_and_not_tried_again() -> None:
    with peer(sends(), sends(WHOLE)) as origin, pytest.raises(Broken):
        asked(origin)


def test_a_stale_connection_that_began_to_answer_is_not_tried_again() -> None:
    def script(one: socket.socket) -> None:
        one.sendall(WHOLE)
        one.recv(65536)
        one.sendall(HEAD[:8])

    with peer(script, sends(WHOLE)) as origin:
        assert asked(origin) == b"ok"
        with pytest.raises(Broken):
            asked(origin)


def test_a_line_can_be_cut_while_it_connects() -> None:
    with _full() as url:
        line = Line()
        threading.Timer(0.05, line.cut).start()
        with pytest.raises(Aborted):
            asked(Origin(url), line)


def test_to_connect_has_a_deadline_and_is_an_outage() -> None:
    with _full() as url, pytest.raises(Unavailable, match=r"reached in 0\.1 s"):
        asked(Origin(url), connect=0.1)


@contextmanager
def _full() -> Iterator[str]:
    """A server that accepts nobody, and whose queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        address = listening.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"
        for one in waiting:
            one.close()


def test_a_name_that_is_not_known_is_an_outage() -> None:
    with pytest.raises(Unavailable):
        asked(Origin("http://millrace.invalid"))


def drips(head: bytes, piece: bytes) -> Peer:
    def script(one: socket.socket) -> None:
        pause = threading.Event()
        try:
            one.sendall(head)
            while not pause.wait(0.02):
                one.sendall(piece)
        except OSError:
            return

    return script


@pytest.mark.parametrize(
    "head", [b"", HEAD, HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], ids=["nothing", "a head", "a body"]
)
def test_dripping_does_not_stretch_the_total(head: bytes) -> None:
    with peer(drips(head, b"1\r\nx\r\n" if b"chunked" in head else b"x")) as origin:
        with pytest.raises(TimedOut):
            asked(origin, total=0.3)


@pytest.mark.parametrize(
    "pieces",
    [
        (b"not HTTP at all\r\n\r\n",),
        (HEAD, b"X: " + b"x" * 400_000),
        (HEAD + b"Content-Length: 9\r\n\r\nok",),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",),
        (HEAD + b"Content-Length: 99999999999\r\n\r\n",),
    ],
    ids=["no HTTP", "a long head", "too short", "torn", "no chunks", "too long"],
)
def test_what_is_not_a_whole_response_is_broken(pieces: tuple[bytes, ...]) -> None:
    with peer(sends(*pieces)) as origin, pytest.raises(Broken):
        asked(origin)


def test_a_body_without_a_length_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_module, "MAX_BODY", 100_000)
    with peer(drips(HEAD + b"\r\n", b"x" * 50_000)) as origin, pytest.raises(Broken, match="too long"):
        asked(origin)


def test_a_body_ends_with_its_connection_where_nothing_else_says() -> None:
    with peer(sends(HEAD + b"\r\nall of it")) as origin:
        assert asked(origin) == b"all of it"


def test_tokens_gather_between_reads_and_the_end_is_not_held_back() -> None:
    with OpenAIServer(tokens=40, interval_ms=2) as server:
        body = b'{"messages": [], "stream": true}'
        with Origin(server.url).request("POST", "/v1/chat/completions", {}, body, Deadlines(), Line()) as reply:
            pieces = list(reply.pieces())
        assert b"[DONE]" in pieces[-1]
        assert len(pieces) < 20


def test_calls_on_many_threads_share_the_pool() -> None:
    with OpenAIServer() as server:
        origin = Origin(server.url)
        found: list[bytes | Failure] = []
        workers = [threading.Thread(target=lambda: found.extend(asked(origin) for _ in range(20))) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(10)
        assert len(found) == 160 and len(set(found)) == 1
        assert server.connections <= 8
