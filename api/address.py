"""The address that a request comes from, and the scheme: as the peer says where it is one of our proxies."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from flask import request

from millrace.settings import settings


def address() -> str:
    """Where this request comes from."""
    return of(request.environ)


def of(environ: Mapping[str, Any]) -> str:
    """Where a request comes from, by its WSGI environment."""
    peer = environ.get("REMOTE_ADDR") or ""
    forwarded = environ.get("HTTP_X_FORWARDED_FOR")
    return _walk(peer, forwarded) if forwarded and proxies() else peer


def scheme(environ: Mapping[str, Any]) -> str:
    """`http` or `https`, as the nearest proxy says, if it is one of ours."""
    if is_proxy(environ.get("REMOTE_ADDR") or ""):
        said = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
        if said in ("http", "https"):
            return str(said)
    return str(environ.get("wsgi.url_scheme", "http"))


@lru_cache
def proxies() -> tuple[IPv4Network | IPv6Network, ...]:
    """TRUSTED_PROXIES. Raises ValueError, which names what is no network."""
    return tuple(ip_network(each.strip()) for each in settings().trusted_proxies.split(",") if each.strip())


@lru_cache(maxsize=10_000)
def is_proxy(given: str) -> bool:
    if not proxies():
        return False
    try:
        found = ip_address(given)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in proxies())


def _walk(peer: str, forwarded: str) -> str:
    """From the right, each hop wrote the one before it: as far as we trust the writer, we believe what it wrote.

    What is no address ends the walk: the last one that can be believed is the answer.
    """
    found = peer
    for hop in reversed(forwarded.split(",")):
        if not is_proxy(found):
            break
        try:
            found = str(ip_address(_bare(hop.strip())))
        except ValueError:
            break
    return found


def _bare(hop: str) -> str:
    """Some proxies write `203.0.113.7:4711`, `[2001:db8::7]:4711` or `fe80::1%eth0`."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop.partition("%")[0]
