"""Classifiers that are installed beside Millrace; none is shipped.

An installed package names them in the entry-point group `millrace.classifiers`, or the process calls `register`.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

GROUP = "millrace.classifiers"


class Classifier(Protocol):
    """Scores a text: category to a number from 0 to 1. It is called from many threads, with hostile texts."""

    def __call__(self, text: str) -> Mapping[str, float]: ...


_REGISTERED: dict[str, Classifier] = {}


def register(name: str, classifier: Classifier) -> None:
    """A classifier that rules may name."""
    _REGISTERED[name] = classifier


def known() -> dict[str, Classifier]:
    """Every classifier there is, by name."""
    _installed()
    return dict(_REGISTERED)


@cache
def _installed() -> None:
    for entry in entry_points(group=GROUP):
        register(entry.name, entry.load())
