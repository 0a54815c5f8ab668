"""How good a model's answers are taken to be where its entry does not say: by what is asked for them.

A price is a poor judge, but one that vendors set by comparing themselves with each other: $0.60 a million tokens of
output makes 46, $10 makes 71, $75 makes 96. What costs nothing is taken for 40; the demo engine makes its text up: 0.
"""

import math

from millrace.catalog.catalog import Model

#: Of a model without a price, and how much ten times the price adds.
FREE, TENFOLD = 40.0, 30.0


def quality(model: Model, output_price: float | None) -> float:
    """From 0 to 100. `output_price`: dollars per million tokens, None where nobody knows it."""
    if model.quality is not None:
        return model.quality
    if model.engine == "demo":
        return 0.0
    return min(100.0, FREE + TENFOLD * math.log10(1 + (output_price or 0.0)))
