"""Eventlet's WSGI server. It patches nothing: `api.__main__` has."""

import email.parser
import os
import re
import signal
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import eventlet
import eventlet.hubs
import eventlet.tpool
import eventlet.wsgi
from flask import Flask

from api.plain_headers import plain

#: Seconds that requests under way get when we are told to stop; streams are cut, and go on elsewhere.
FAREWELL = 1.5


#: Headers of a request, as Python's own server has it.
MOST = 100

#: A request's first line as clients of APIs send it: none that begins with two slashes, which Python mends.
_LINE = re.compile(rb"([A-Z]{3,7}) (/(?!/)[\x21-\x7e]*) HTTP/1\.1\r\n")


class Requests(eventlet.wsgi.HttpProtocol):
    """Eventlet's, which reads plain requests faster; what is not plain is read as ever."""

    def parse_request(self) -> bool:
        line = _LINE.fullmatch(self.raw_requestline)
        if line is None:
            return bool(super().parse_request())
        self.requestline = self.raw_requestline[:-2].decode("ascii")
        self.request_version, self.close_connection = "HTTP/1.1", False
        self.command, self.path = line[1].decode("ascii"), line[2].decode("ascii")
        block = self._block()
        if block is None:
            self.send_error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "Too many headers")
            return False
        self.headers = plain(block) or email.parser.Parser(_class=self.MessageClass).parsestr(block)
        self.close_connection = self.headers.get("Connection", "").lower() == "close"
        return self.headers.get("Expect", "").lower() != "100-continue" or bool(self.handle_expect_100())

    def _block(self) -> str | None:
        """The headers as they came; None where there is no end of them. (Eventlet limits their length.)"""
        lines: list[bytes] = []
        while len(lines) <= MOST:
            lines.append(self.rfile.readline())
            if lines[-1] in (b"\r\n", b"\n", b""):
                return b"".join(lines).decode("iso-8859-1")
        return None


def serve(app: Flask, listener: Any, connections: int, farewell: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; then, after what is under way, bid farewell."""
    pool = eventlet.GreenPool(connections)
    eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        app,
        custom_pool=pool,
        protocol=Requests,
        # It gathers small chunks unless told not to, and an event is one.
        minimum_chunk_size=1,
        log_output=False,
        debug=False,
        socket_timeout=None,
        capitalize_response_headers=False,
    )
    _wait_until_told()
    listener.close()
    with eventlet.Timeout(FAREWELL, False):
        pool.waitall()
    farewell()
    os._exit(0)


def _wait_until_told() -> None:
    """An idle hub sleeps in a poll that Python resumes after a signal: only a byte on a descriptor wakes it."""
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    eventlet.hubs.trampoline(told, read=True)


def aside(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What the function does, in a thread of the system: everything else goes on meanwhile."""
    return eventlet.tpool.execute(function, *given, **named)
