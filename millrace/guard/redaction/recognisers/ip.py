"""IP addresses that may be a person's: not loopback, private, multicast or `0.0.0.0`, and no version numbers."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_FOUND = re.compile(
    r"(?<![\w.:-])(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w-]|\.\d)"
    r"|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6}(?:::|:(?=[0-9A-Fa-f]))(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?(?![\w:]))"
)
_BEFORE = re.compile(
    r"(?i)(?:version|build|release|section|chapter|versión|versione|versie|v|§|driver|fw)[ .:=]{0,2}\Z"
)
_INSIDE = [ip_network(of) for of in ("0.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_UNICAST = ip_network("2000::/3")


def find(text: str) -> Iterator[tuple[int, int]]:
    for found in _FOUND.finditer(text):
        if _may_be_a_persons(found[0]) and not _BEFORE.search(text, max(0, found.start() - 12), found.start()):
            yield found.span()


def _may_be_a_persons(shown: str) -> bool:
    try:
        address = ip_address(shown)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        return address in _UNICAST
    return not (address.is_loopback or address.is_multicast or _is_section(address)) and not any(
        address in network for network in _INSIDE
    )


def _is_section(address: IPv4Address) -> bool:
    """1.2.3.4 is a section's number, and so is 5.6.7.8."""
    return all(part < 20 for part in address.packed)
