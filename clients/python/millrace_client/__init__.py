"""Millrace from Python: `Millrace` blocks, `AsyncMillrace` is awaited; both do the same."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from millrace_client.aio.client import AsyncMillrace
    from millrace_client.blocking.client import Millrace
    from millrace_client.errors import JobFailed, MillraceError, StatusError, TimedOut, Unreachable, WebhookRefused
    from millrace_client.webhooks import verify

__all__ = [
    "AsyncMillrace",
    "JobFailed",
    "Millrace",
    "MillraceError",
    "StatusError",
    "TimedOut",
    "Unreachable",
    "WebhookRefused",
    "verify",
]

#: Where each name is: read when it is first used, so that the command starts without an HTTP client.
_HOMES = dict.fromkeys(__all__, "errors") | {
    "AsyncMillrace": "aio.client",
    "Millrace": "blocking.client",
    "verify": "webhooks",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"millrace_client.{_HOMES[name]}"), name)
