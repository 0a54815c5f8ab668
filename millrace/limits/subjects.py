"""Whose a count or a block is: an address (of IPv6 its /64, which is what one household gets), or an account."""

import hashlib
import hmac
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from millrace import master

#: Bits of an IPv6 address that are one subscriber's.
SUBSCRIBER = 64


@lru_cache(maxsize=10_000)
def of_address(address: str) -> str:
    """`address:203.0.113.7`, or `address:2001:db8:1:2::/64`."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return f"address:{IPv6Network((parsed, SUBSCRIBER), strict=False)}"
    return f"address:{parsed or 'unknown'}"


@lru_cache(maxsize=10_000)
def is_local(address: str) -> bool:
    """True for this machine itself, and for a Unix socket, which has no address."""
    parsed = _parsed(address)
    return parsed is None or parsed.is_loopback


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address that comes as IPv6 (`::ffff:203.0.113.7`) is one of IPv4."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def of_account(email: str) -> str:
    """`account:` and a keyed hash: neither Redis nor the list of blocks holds an e-mail address."""
    return f"account:{tag(email.strip().lower())}"


def tag(text: str) -> str:
    """A keyed hash, to tell one from another and say nothing else; 32 hex digits."""
    return hmac.digest(_key(), text.encode(errors="surrogatepass"), hashlib.sha256).hex()[:32]


@lru_cache
def _key() -> bytes:
    return master.derive("guesses")
