"""Whether, and how, a request goes by the caches: decided once, when it is accepted."""

from dataclasses import dataclass
from typing import Any

from millrace.cache.keys import key_of
from millrace.cache.wish import FIELD, Wish, deterministic, said
from millrace.settings import settings


@dataclass(frozen=True, slots=True)
class Plan:
    """`key`: under which its answer is kept. `look`: whether an answer that is there will do."""

    key: str
    look: bool


def plan(header: str | None, tenant: str, model: str, endpoint: str, body: dict[str, Any]) -> Plan | None:
    """None for what no cache may see: neither deterministic nor asked for, or not to be kept at all.

    What the request said is written into its body, where the worker finds it. Raises InvalidField.
    """
    wish = said(header, body)
    if wish is not None:
        body[FIELD] = wish.value
    if settings().cache_seconds <= 0 or body.get("store") is False or wish is Wish.off:
        return None
    if wish is None and not deterministic(endpoint, body):
        return None
    return Plan(key_of(tenant, model, endpoint, body), look=wish is not Wish.refresh)
