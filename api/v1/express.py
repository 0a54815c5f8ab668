"""The short way to an answer in this process's memory: for the very bytes that the same caller asked a moment ago.

A hit costs a fifth of a millisecond less without Flask's parsing, routing and validation, all of which these bytes went
through two seconds ago at the most. What is not the same for the same bytes is done here as anywhere: the key is looked
up, the limits count, the job is accepted, durable and metered, and a purge holds. Whatever is not plain goes the long
way, as if it had not been here; so this can only answer, never refuse (docs/adr/0018).
"""

import io
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from flask import g, request

from api import auth, routed
from api.address import of as address_of
from api.limits import headers, hook
from api.v1 import caching
from millrace import ids
from millrace.cache import exact
from millrace.errors import MillraceError
from millrace.identity import keys
from millrace.identity.caller import Caller
from millrace.jobs.answer import Prepared, answer, prepared
from millrace.jobs.submit import Submission
from millrace.limits import applying, guesses, rates

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

PATHS = frozenset(("/v1/chat/completions", "/v1/completions", "/v1/embeddings"))

#: Bytes of a body; requests that a process remembers; seconds for which it does: whatever decides the ordinary way
#: (models, routes, filters) is as old as that here.
LARGEST, MOST, FRESH = 65_536, 5_000, 2.0

#: What makes a request not plain.
SPECIAL = ("HTTP_ORIGIN", "HTTP_IDEMPOTENCY_KEY", "HTTP_TRANSFER_ENCODING", "HTTP_X_API_KEY")

#: Headers by which the same bytes ask for something else.
DECIDING = ("CONTENT_TYPE", "HTTP_X_MILLRACE_CACHE", "HTTP_X_MILLRACE_GUARD")

#: Where a request's environment says under what it would be remembered.
PLACE = "millrace.express"


@dataclass(frozen=True, slots=True)
class Known:
    """A request that was a hit a moment ago."""

    caller: Caller
    key: str
    wanted: Prepared
    headers: list[tuple[str, str]]
    until: float


_known: dict[tuple[Any, ...], Known] = {}


def express(wsgi: Wsgi) -> Wsgi:
    """The application, with the short way before it."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        place = _place(environ) if environ.get("PATH_INFO") in PATHS else None
        if place is not None:
            environ[PLACE] = place
            known = _known.get(place)
            if known is not None and (said := _answered(known, environ)) is not None:
                start_response("200 OK", said[0])
                return [said[1]]
        return wsgi(environ, start_response)

    return call


def _place(environ: dict[str, Any]) -> tuple[Any, ...] | None:
    """What two requests must have in common; None for one that is not plain."""
    given = environ.get("HTTP_AUTHORIZATION", "")
    length = environ.get("CONTENT_LENGTH") or ""
    if not given.startswith(f"Bearer {auth.KEY}") or any(name in environ for name in SPECIAL):
        return None
    if environ["REQUEST_METHOD"] != "POST" or not length.isdecimal() or int(length) > LARGEST:
        return None
    raw = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(raw)
    of = (environ["PATH_INFO"], *(environ.get(name) for name in DECIDING))
    return (*of, given, address_of(environ), blake2b(raw, digest_size=16).digest())


def _answered(known: Known, environ: dict[str, Any]) -> tuple[list[tuple[str, str]], bytes] | None:
    """Headers and body; None: it is to go the ordinary way."""
    entry = exact.memory().get(known.key) if known.until > time.monotonic() else None
    if entry is None:
        return None
    path, address = environ["PATH_INFO"], address_of(environ)
    try:
        guesses.refuse_blocked(address)
        caller = keys.find(environ["HTTP_AUTHORIZATION"][len("Bearer ") :].strip())
        if caller is None or caller != known.caller:
            return None
        decision = rates.decide(applying.of_request(caller, address, applying.INFERENCE, f"POST {path}"))
        if decision is not None and decision.refused is not None:
            return None
        if decision is not None:
            environ[hook.COUNTED] = decision
        made = answer(known.wanted, id := ids.new(), entry)
    except MillraceError:
        return None
    if made is None:
        exact.forget(known.key)
        return None
    body = entry.body.encode()
    own = [("Content-Length", str(len(body))), ("x-request-id", ids.show("job", id))]
    return [*known.headers, *own, *headers.said(decision, caller).items()], body


def remember(wanted: Submission) -> None:
    """This request was a hit: the next one of the same bytes may go the short way."""
    place = request.environ.get(PLACE)
    if place is None or g.get("cache") != caching.HIT or wanted.caching is None:
        return
    if len(_known) >= MOST:
        _known.clear()
    told = [("Content-Type", "application/json"), (caching.HEADER, caching.HIT)]
    if "route" in g:
        told.append((routed.HEADER, routed.said(g.route, wanted.model.name)))
    known = Known(g.caller, wanted.caching.key, prepared(wanted), told, time.monotonic() + FRESH)
    _known[place] = known
