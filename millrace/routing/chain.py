"""The next model of a chain, when one is out."""

from collections.abc import Callable, Mapping
from typing import Any

#: Moves that a route remembers.
REMEMBERED = 20


def successor(route: Mapping[str, Any] | None, current: str, usable: Callable[[str], bool]) -> str | None:
    """The first other model of the chain that can be used; the one it began with too, once that is back."""
    chain = (route or {}).get("chain") or []
    return next((name for name in chain if name != current and usable(name)), None)


def left(route: Mapping[str, Any]) -> frozenset[str]:
    """The models that a job has left."""
    return frozenset(move["from"] for move in route.get("moved") or ())


def moved(route: Mapping[str, Any], current: str, because: str) -> dict[str, Any]:
    """The route of a job that leaves this model."""
    moves = [*(route.get("moved") or []), {"from": current, "because": because}]
    return {**route, "moved": moves[-REMEMBERED:]}
