"""Which limits apply to a request."""

from collections.abc import Iterable
from typing import Protocol

from millrace.identity.caller import Caller
from millrace.limits.named import limits
from millrace.limits.rates import Rate
from millrace.limits.subjects import is_local, of_address
from millrace.limits.tiers import tiers

#: The rates that are no row of `limits`: what asks for inference, what does not, and what must answer in any case.
INFERENCE, READING, NONE = "inference", "reading", "none"

MICROSECONDS = 1_000_000


class Allowance(Protocol):
    """A tier, or a row of `limits`."""

    @property
    def requests_per_hour(self) -> int | None: ...
    @property
    def per_second(self) -> float | None: ...
    @property
    def burst(self) -> int | None: ...


def of_request(caller: Caller | None, address: str, rate: str, operation: str = "") -> list[Rate]:
    """The limits of a request, of somebody known or of an address. `operation`: `POST /api/v1/jobs`.

    Hourly windows of the platform, an address, a tenant, a user and a key count what asks for inference; those of a
    named limit and of an operation count every request that they apply to.
    """
    if rate == NONE:
        return []
    named, found = limits(), _Found(hourly=rate == INFERENCE)
    found.add("platform", "", named.get("platform"))
    if not is_local(address):
        found.add("address", of_address(address), named.get("address"))
    if caller is not None:
        _of_caller(found, caller)
    whose = f"tenant:{caller.tenant}" if caller else of_address(address)
    if caller is not None or not is_local(address):
        found.hourly = True
        for name in (rate, operation):
            found.add(name, whose, named.get(name))
    return found.rates


def of_operations(caller: Caller, operations: Iterable[str]) -> list[Rate]:
    """The limits that a caller has on these operations alone."""
    found = _Found(hourly=True)
    for name in operations:
        found.add(name, f"tenant:{caller.tenant}", limits().get(name))
    return found.rates


def _of_caller(found: "_Found", caller: Caller) -> None:
    tier, own = tiers().get(caller.tier), tiers().get(caller.key_tier or "")
    found.add("tenant", caller.tenant, tier)
    unhindered = tier is not None and tier.burst is None
    if caller.user is not None:
        found.add("user", caller.user, limits().get("user"), bursts=not unhindered)
    if caller.key is None:
        return
    each = limits().get("key")
    of_rows = [row.requests_per_hour for row in (own, each) if row is not None]
    sizes = [size for size in (caller.requests_per_hour, *of_rows) if size is not None]
    found.add_window("key", caller.key, min(sizes, default=None))
    found.add_burst("key", caller.key, own if own and own.burst is not None else None if unhindered else each)


class _Found:
    """The limits found so far."""

    def __init__(self, hourly: bool) -> None:
        self.rates: list[Rate] = []
        self.hourly = hourly

    def add(self, of: str, subject: str, allowed: Allowance | None, bursts: bool = True) -> None:
        if allowed is None:
            return
        self.add_window(of, subject, allowed.requests_per_hour)
        if bursts:
            self.add_burst(of, subject, allowed)

    def add_window(self, of: str, subject: str, size: int | None) -> None:
        if self.hourly and size is not None:
            self.rates.append(Rate(of, f"rate:hour:{of}:{subject}", size))

    def add_burst(self, of: str, subject: str, allowed: Allowance | None) -> None:
        if allowed is not None and allowed.per_second is not None and allowed.burst is not None:
            interval = max(1, round(MICROSECONDS / allowed.per_second))
            self.rates.append(Rate(of, f"rate:burst:{of}:{subject}", allowed.burst, interval))
