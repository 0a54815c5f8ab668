"""Socket.IO: `subscribe {job, after}`, `unsubscribe {job}`, `cancel {job}`; answers are `event {job, seq, type, data}`.
A batch likewise: `subscribe {batch}` and so on, with `event {batch, type, data}`.

Connect with `auth: {token: API key}`. Calls are acknowledged with `{ok: true}` or `{error: {code, message}}`. Who
reads too slowly is sent `lagged {job, after}`, and subscribes again from there when it can.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, request
from flask_socketio import ConnectionRefusedError, SocketIO

from api import auth
from api.address import scheme
from api.batches.watch import BatchWatch
from api.job_watch import JobWatch
from api.limits import hook
from api.presence import presence
from api.subscriptions import Subscriptions, Watch
from millrace import ids
from millrace.batches import control
from millrace.batches.batch import PREFIX as BATCH
from millrace.batches.batch import Batch
from millrace.batches.find import find as find_batch
from millrace.errors import InvalidField, MillraceError
from millrace.identity.caller import Caller
from millrace.identity.permissions import Permission
from millrace.jobs import find
from millrace.jobs.cancel import cancel
from millrace.settings import settings
from millrace.telemetry import logger

log = logger(__name__)

#: Bytes of one message from a client: they only ever name jobs and batches.
MESSAGE = 64 * 1024


def attach(app: Flask) -> SocketIO:
    """Serve Socket.IO from this application."""
    server = SocketIO(
        app,
        async_mode=settings().async_mode,
        cors_allowed_origins=_may_call,
        max_http_buffer_size=MESSAGE,
        manage_session=False,
        ping_interval=20,
        ping_timeout=20,
    )
    subscriptions = Subscriptions(server)
    #: What each client showed: looked up again at every call, so that it may no more than it may now.
    shown: dict[str, str] = {}
    leaves: dict[str, Callable[[], None]] = {}

    @server.on("connect")
    def connect(given: Any = None) -> None:
        token = given.get("token") if isinstance(given, dict) else None
        token = token if isinstance(token, str) else ""
        try:
            known = hook.admit_socket(token)
        except MillraceError as refused:
            raise ConnectionRefusedError(refused.message) from None
        sid = _sid()
        shown[sid] = token
        leaves[sid] = presence.enter(known, lambda: server.server.disconnect(sid))

    @server.on("disconnect")
    def disconnect(*_: Any) -> None:
        shown.pop(_sid(), None)
        leaves.pop(_sid(), lambda: None)()
        subscriptions.drop(_sid())

    @server.on("subscribe")
    @_acknowledged
    def subscribe(given: dict[str, Any]) -> None:
        subscriptions.add(_sid(), _watch(auth.of(shown[_sid()]), given))

    @server.on("unsubscribe")
    @_acknowledged
    def unsubscribe(given: dict[str, Any]) -> None:
        subscriptions.remove(_sid(), _watch(auth.of(shown[_sid()]), given).subject)

    @server.on("cancel")
    @_acknowledged
    def stop(given: dict[str, Any]) -> None:
        caller = auth.of(shown[_sid()])
        if "batch" in given:
            batch = _batch(caller, given, Permission.batches_write)
            control.cancel(batch.tenant, batch.id)
        else:
            job = _job(caller, given, Permission.jobs_write)
            cancel(job.tenant, job.id)

    return server


def _may_call(origin: str, environ: dict[str, Any]) -> bool:
    """A page of one's own, or of an origin that the settings name."""
    own = f"{scheme(environ)}://{environ.get('HTTP_HOST', '')}"
    return origin in settings().origins or origin == own


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _job(caller: Caller, given: dict[str, Any], permission: Permission) -> find.Job:
    caller.need(permission)
    job = given.get("job")
    return find.find(caller.tenant, ids.parse("job", job) if isinstance(job, str) else None)


def _batch(caller: Caller, given: dict[str, Any], permission: Permission) -> Batch:
    caller.need(permission)
    batch = given.get("batch")
    return find_batch(caller.tenant, ids.parse(BATCH, batch) if isinstance(batch, str) else None)


def _watch(caller: Caller, given: dict[str, Any]) -> Watch:
    if "batch" in given:
        return BatchWatch(_batch(caller, given, Permission.batches_read))
    job, after = _job(caller, given, Permission.jobs_read), given.get("after") or 0
    if not isinstance(after, int) or not 0 <= after < 2**53:
        raise InvalidField("after: the number of the last event you have.", param="after")
    return JobWatch(job, after)


def _acknowledged(handle: Callable[[dict[str, Any]], None]) -> Callable[..., dict[str, Any]]:
    """Answer every call, also the wrong ones."""

    @wraps(handle)
    def call(given: Any = None, *_: Any) -> dict[str, Any]:
        try:
            if not isinstance(given, dict):
                raise InvalidField("Send an object: {job, ...} or {batch}.")
            handle(given)
            return {"ok": True}
        except MillraceError as error:
            return {"error": error.as_dict()}
        except Exception:
            log.exception("a socket call failed", call=handle.__name__)
            return {"error": MillraceError().as_dict()}

    return call
