"""Whether what a model is asked stays in the house, where its entry does not say."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from millrace.settings import settings

#: Engines that run here and ask nobody.
OURS = ("demo", "local")
#: Ollama passes models of these tags on to its makers.
CLOUD = ("cloud", "-cloud")


def stays(given: dict[str, Any]) -> bool:
    """Of a catalog's entry: true for engines of ours, and for servers on this machine.

    A server elsewhere in one's own network is marked `private = true`: a name or an address does not tell.
    """
    engine = given.get("engine")
    if engine in OURS:
        return True
    if engine == "ollama":
        name = str(given.get("upstream") or given.get("name") or "")
        url = given.get("url") or settings().ollama_url
        return not name.endswith(CLOUD) and (not url or on_loopback(url))
    return engine == "compatible" and on_loopback(given.get("url"))


def on_loopback(url: Any) -> bool:
    """Whether a URL leads to this machine: a loopback address, `localhost`, or a Unix socket."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "http+unix" or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
