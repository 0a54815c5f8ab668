"""What a tenant wants of its answers. Why loops are cut unless somebody says otherwise: docs/adr/0021."""

from dataclasses import dataclass
from enum import StrEnum


class Loops(StrEnum):
    """`cut`: an answer that has become a loop ends there."""

    CUT = "cut"
    OFF = "off"


class Stock(StrEnum):
    """`trim`: stock sentences go from both ends of an answer."""

    OFF = "off"
    TRIM = "trim"


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    loops: Loops = Loops.CUT
    stock: Stock = Stock.OFF
