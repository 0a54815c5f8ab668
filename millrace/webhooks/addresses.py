"""Which addresses a webhook may be sent to: public ones, and those that WEBHOOK_ALLOW names.

Written out from IANA's registries of special-purpose addresses (RFC 6890), since what Python's `is_global` says differs
from version to version, and is wrong for some of them.
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from millrace.settings import settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: No public servers: this network, private, shared (CGNAT), loopback, link-local (and with it the metadata of clouds),
#: protocols (Oracle's metadata), documentation, 6to4 relays, benchmarks, multicast, reserved; the wire server of Azure.
_CLOSED_4 = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
    "168.63.129.16/32"
)

#: Global unicast, and in it what is no server's: protocols (and Teredo), documentation, 6to4.
_OPEN_6, _CLOSED_6 = "2000::/3", "2001::/23 2001:db8::/32 2002::/16 3fff::/20"

#: IPv6 addresses that stand for the IPv4 address in their last 32 bits: mapped ones, and NAT64's well-known prefix.
_EMBEDDING = "::ffff:0:0/96 64:ff9b::/96"


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(each) for each in text.replace(",", " ").split())


CLOSED_4, OPEN_6, CLOSED_6, EMBEDDING = map(_networks, (_CLOSED_4, _OPEN_6, _CLOSED_6, _EMBEDDING))


def parse(text: str) -> Address:
    """An address as getaddrinfo gives it; one that embeds an IPv4 address is that. Raises ValueError."""
    found = ip_address(text.partition("%")[0])
    return IPv4Address(int(found) & 0xFFFFFFFF) if _within(found, EMBEDDING) else found


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not _within(address, CLOSED_4)
    return _within(address, OPEN_6) and not _within(address, CLOSED_6)


def is_allowed(address: Address) -> bool:
    """Whether WEBHOOK_ALLOW names it: then any port will do, and needs no TLS."""
    return _within(address, _allowed(settings().webhook_allow))


def may_be_called(address: Address) -> bool:
    """In local-only mode nothing leaves the house but to what WEBHOOK_ALLOW names."""
    return is_allowed(address) or (is_public(address) and not settings().local_only)


@lru_cache
def _allowed(text: str) -> tuple[Network, ...]:
    return _networks(text)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)
