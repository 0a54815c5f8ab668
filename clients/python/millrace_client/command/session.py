"""The client of this invocation: the environment wins over what `millrace login` kept."""

import os
from typing import TYPE_CHECKING

from millrace_client.command import config
from millrace_client.errors import Unauthorized

if TYPE_CHECKING:
    from millrace_client import Millrace

#: How often a server that does not answer is tried again: about a second for who waits, half a minute for who watches.
QUICK, PATIENT = 2, 8


def address() -> str | None:
    """The server's; None is the default."""
    return os.environ.get("MILLRACE_URL") or config.read().get("url")


def connect(api_key: str | None = None, url: str | None = None, retries: int = QUICK) -> "Millrace":
    """With this key, or the one that is known. What httpx costs to import is paid here."""
    from millrace_client import Millrace

    known = os.environ.get("MILLRACE_API_KEY") or _kept(url or address())
    if not (api_key or known):
        raise Unauthorized("You are not signed in.", status=401)
    return Millrace(api_key or known, url or address(), retries=retries)


def _kept(url: str | None) -> str | None:
    """The key that was kept for this server: no other server is shown it."""
    kept = config.read()
    return kept.get("api_key") if url is None or url.rstrip("/") == kept.get("url") else None


def stranger(url: str) -> "Millrace":
    """The client of somebody who has no key yet."""
    from millrace_client import Millrace

    return Millrace("", url, retries=QUICK)


def model(client: "Millrace", wanted: str | None) -> str:
    """The model to ask: the one named, MILLRACE_MODEL, the one of the configuration, or the first that is there."""
    named = wanted or os.environ.get("MILLRACE_MODEL") or config.read().get("model")
    if named:
        return named
    found = [each["id"] for each in client.account.models()["data"] if "chat" in each["capabilities"]]
    if not found:
        raise SystemExit("There is no model that you may ask. `millrace models` lists those there are.")
    # The demo answers only where nothing else does.
    return min(found, key=lambda id: id == "demo")
