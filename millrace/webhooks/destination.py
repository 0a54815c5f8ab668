"""Where a URL leads: what may stand in one, and which addresses may be behind it.

`check` is advice, for whoever sets a URL; `insist`, asked of the very addresses that are then connected to, is the wall
(docs/adr/0024).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from millrace.errors import InvalidField
from millrace.settings import settings
from millrace.webhooks import addresses, resolving
from millrace.webhooks.addresses import Address

#: Characters of a URL.
LONGEST = 2048

#: Ports from 1024 on that browsers call no HTTP server on, since other protocols live there.
#: Source: "bad port" of the Fetch standard.
BAD_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
)

#: Seconds that the name in a URL gets to be resolved while somebody waits who sets it.
PATIENCE = 3.0

#: Printable ASCII; a backslash is a slash to some.
_CHARACTERS = re.compile(r"[!-\[\]-~]+")


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that can be read: `target` is its path and query, as a request line has them."""

    url: str
    tls: bool
    host: str
    port: int
    target: str

    @property
    def literal(self) -> Address | None:
        """The address, where the host is one and no name."""
        try:
            return addresses.parse(self.host)
        except ValueError:
            return None


class Unfit(ValueError):
    """A URL to which nothing is sent; the message says why."""


def parsed(url: str) -> Destination:
    """Raises Unfit."""
    if len(url) > LONGEST or not _CHARACTERS.fullmatch(url):
        raise Unfit(f"it may have {LONGEST} printable ASCII characters at the most, and no spaces")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unfit("it cannot be read") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise Unfit("it must be an absolute https:// URL")
    if "@" in parts.netloc or parts.fragment:
        raise Unfit("no user, password or fragment may stand in it: the signature says that it is us")
    tls = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(url, tls, parts.hostname or "", port or (443 if tls else 80), target)


def insist(to: Destination, found: Sequence[Address]) -> None:
    """Raises Unfit where nothing may be sent to a URL behind which these addresses are."""
    if not found:
        raise Unfit("its host has no address")
    if not all(addresses.may_be_called(each) for each in found):
        raise Unfit("its host is not on the public internet")
    if not all(addresses.is_allowed(each) for each in found):
        _insist_openly(to)


def _insist_openly(to: Destination) -> None:
    """What must be right of a URL that WEBHOOK_ALLOW does not cover."""
    if not to.tls:
        raise Unfit("it must be https")
    if (to.port < 1024 and to.port != 443) or to.port in BAD_PORTS:
        raise Unfit(f"port {to.port} is not for webhooks: use 443, or one from 1024 on")


def check(url: str, param: str, *, resolve: bool) -> None:
    """Raises InvalidField where a URL could never be sent to, as far as can be told now.

    Without `resolve` no name is looked up: a request that is in a hurry must not wait for somebody's name server.
    """
    try:
        to = parsed(url)
        if to.literal is not None:
            insist(to, [to.literal])
        elif resolve:
            insist(to, _resolved(to))
        elif not settings().webhook_allow:
            _insist_openly(to)
    except Unfit as unfit:
        raise InvalidField(f"{param}: {unfit}.", param=param) from None


def _resolved(to: Destination) -> list[Address]:
    try:
        return [each.address for each in resolving.resolve(to.host, to.port, PATIENCE)]
    except OSError:
        raise Unfit("its host cannot be resolved now") from None
