"""One try: a POST to the addresses that were checked, and to no other, on a connection of its own.

The proxies of the environment are not used and redirects are not followed: nobody but this file decides what is called.
"""

import email.utils
import time
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

from millrace.engines.engine import Deadlines, Line
from millrace.engines.http.connection import Address, Connection, Reader, connect
from millrace.engines.http.trouble import TROUBLE, reason
from millrace.engines.http.watch import Watch
from millrace.settings import settings
from millrace.webhooks.destination import Destination, Unfit, insist, parsed
from millrace.webhooks.resolving import Resolved, resolve

#: Bytes of an answer that are read, and for how many seconds after its head: they are for the log alone.
MOST, LINGER = 1024, 1.0

AGENT = "Millrace-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try. `status` is None where no answer came; `error` then says why. `text` is the beginning of the
    answer's body; `retry_after` and `took` are seconds."""

    status: int | None
    error: str | None = None
    text: str = ""
    retry_after: float | None = None
    took: float = 0.0


class _Checked(Address):
    """Where to connect to: to what was checked, without another look-up."""

    def __init__(self, url: str, found: list[Resolved]) -> None:
        super().__init__(url)
        self._found = found

    def targets(self) -> list[tuple[int, Any]]:
        return [(each.family, each.socket_address) for each in self._found]


def post(url: str, headers: dict[str, str], body: bytes, line: Line) -> Answer:
    """Send a body of JSON, and read what is answered. Whatever goes wrong there is an Answer."""
    begun = time.monotonic()
    seconds = settings().webhook_seconds
    watch = Watch(Deadlines(connect=seconds, first_byte=seconds, idle=seconds, total=seconds))
    try:
        found = _exchange(parsed(url), headers, body, watch, line)
    except Unfit as unfit:
        found = Answer(None, f"not sent: {unfit}")
    except TimeoutError:
        found = Answer(None, f"no answer in {seconds:g} s")
    except TROUBLE as cause:
        found = Answer(None, reason(cause).replace("\x00", "\ufffd"))
    return Answer(found.status, found.error, found.text, found.retry_after, time.monotonic() - begun)


def _exchange(to: Destination, headers: dict[str, str], body: bytes, watch: Watch, line: Line) -> Answer:
    connection, name = reach(to, watch, line)
    try:
        watch.sending()
        connection.sock.settimeout(watch.left())
        connection.sock.sendall(_message(to, name, headers, body))
        return _answer(connection, watch, line)
    finally:
        line.released()
        connection.close()


def reach(to: Destination, watch: Watch, line: Line) -> tuple[Connection, str]:
    """A connection to where a URL leads, and what its `Host` header says. Raises Unfit, OSError."""
    found = resolve(to.host, to.port, watch.left())
    insist(to, [each.address for each in found])
    address = _Checked(to.url, found)
    return connect(address, watch, line), address.name


def _message(to: Destination, host: str, headers: dict[str, str], body: bytes) -> bytes:
    said = {
        "Host": host,
        "User-Agent": AGENT,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    lines = [f"POST {to.target} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body


def _answer(connection: Connection, watch: Watch, line: Line) -> Answer:
    """The status is the answer: a body that drips, breaks off or never ends changes nothing of it."""
    response = HTTPResponse(Reader(connection.sock, watch, line), method="POST")  # type: ignore[arg-type]
    response.begin()
    watch.closing(LINGER)
    return Answer(
        response.status, text=_beginning(response), retry_after=_retry_after(response.headers.get("Retry-After"))
    )


def _beginning(response: HTTPResponse) -> str:
    """As much of the body as comes in time. It is hostile: Postgres, for one, takes no NUL."""
    pieces: list[bytes] = []
    try:
        while sum(map(len, pieces)) < MOST and (piece := response.read1(MOST)):
            pieces.append(piece)
    except TROUBLE:
        pass
    return b"".join(pieces)[:MOST].decode(errors="replace").replace("\x00", "\ufffd")


def _retry_after(said: str | None) -> float | None:
    """Seconds from now: of a number of them, or of a date (RFC 9110)."""
    if not said:
        return None
    if said.strip().isascii() and said.strip().isdigit():
        return float(said[:12])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
