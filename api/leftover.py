"""What is left of the body of a request that was refused: read away, so that the answer is not lost.

A server that closes a connection with bytes unread resets it, and the client may never see what it was told. Eventlet's
server reads on by itself; gunicorn only 64 KB.
"""

import time
from contextlib import suppress
from typing import Any

from flask import Response, request

#: Seconds for all of it, and of silence.
MOST, SILENCE = 30.0, 5.0


def read_away(answer: Response) -> Response:
    """The answer, after which what is left of this request's body is read."""
    if "gunicorn.socket" in request.environ:
        environ = request.environ
        answer.call_on_close(lambda: _drain(environ))
    return answer


def _drain(environ: dict[str, Any]) -> None:
    until = time.monotonic() + MOST
    with suppress(OSError):
        environ["gunicorn.socket"].settimeout(SILENCE)
        while environ["wsgi.input"].read(1 << 16) and time.monotonic() < until:
            pass
