# Made by unasync.py: change aio/ and run it again.
"""From a request to its answer: sending, trying again, and errors."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from millrace_client import errors
from millrace_client.blocking.pausing import pause
from millrace_client.errors import MillraceError, Unreachable
from millrace_client.request import Request
from millrace_client.retrying import delay

#: Where `make run` listens.
HERE = "http://localhost:8000"

#: What httpx raises before anything was sent.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

#: Seconds: to connect; between two bytes of an answer, longer than a call that is waited for; and of a stream, in which
#: the server says every ten that it still lives.
CONNECT, READ, SILENCE = 10.0, 75.0, 30.0


class Transport:
    """One server, one key. Raises the errors of `millrace_client.errors` and no others."""

    def __init__(
        self, api_key: str | None, base_url: str | None, retries: int, http: httpx.Client | None = None
    ) -> None:
        self.address = (base_url or os.environ.get("MILLRACE_URL") or HERE).rstrip("/")
        self.retries = retries
        key = api_key or os.environ.get("MILLRACE_API_KEY")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._mine = http is None
        self._http = http or httpx.Client(timeout=httpx.Timeout(READ, connect=CONNECT))

    def close(self) -> None:
        """Close the connections, unless they are those of a client that was given."""
        if self._mine:
            self._http.close()

    def ask(self, request: Request) -> Any:
        """The answer's JSON; None where it has no body."""
        response = self._answer(request)
        try:
            return response.json() if response.content else None
        except ValueError:
            raise MillraceError(f"What answers at {self.address} is no Millrace: its answer is not JSON.") from None

    @contextmanager
    def open(self, request: Request, silence: float = READ) -> Iterator[httpx.Response]:
        """An answer whose body has not been read yet. A connection that breaks in it is Unreachable."""
        response = self._answer(request, stream=True, silence=silence)
        try:
            yield response
        except httpx.RequestError as wrong:
            raise self._unreachable(wrong) from wrong
        finally:
            response.close()

    def _answer(self, request: Request, *, stream: bool = False, silence: float = READ) -> httpx.Response:
        tries = 0
        while True:
            try:
                return self._once(request, stream, silence)
            except MillraceError as failure:
                seconds = delay(request, failure, tries, self.retries)
                if seconds is None:
                    raise
            tries += 1
            pause(seconds)

    def _once(self, request: Request, stream: bool, silence: float) -> httpx.Response:
        try:
            response = self._http.send(self._built(request, silence), stream=stream)
            if response.status_code < 300:
                return response
            body = response.read()
        except httpx.RequestError as wrong:
            raise self._unreachable(wrong) from wrong
        except httpx.InvalidURL as wrong:
            raise MillraceError(f"{self.address} is no address: {wrong}") from None
        response.close()
        raise errors.of_answer(response.status_code, response.headers, body)

    def _built(self, request: Request, silence: float) -> httpx.Request:
        return self._http.build_request(
            request.method,
            self.address + request.path,
            params=dict(request.query) or None,
            json=request.body,
            data=dict(request.form) or None,
            files={"file": request.file} if request.file else None,
            headers=self._headers | dict(request.headers),
            timeout=httpx.Timeout(silence, connect=CONNECT),
        )

    def _unreachable(self, wrong: httpx.RequestError) -> Unreachable:
        what = str(wrong) or type(wrong).__name__
        return Unreachable(f"No answer from {self.address}: {what}", sent=not isinstance(wrong, _UNSENT))
