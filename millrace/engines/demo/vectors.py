"""The demo's embeddings: each word adds to a few places, so that texts with words in common lie close together."""

import hashlib
import math
import re

WORD = re.compile(r"\w+")
#: Numbers in a vector of which nobody said how long it should be.
DIMENSIONS = 384


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """A unit vector: the same for the same text."""
    found = [0.0] * dimensions
    for word in WORD.findall(text.lower()) or [f" {text}"]:
        digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=32).digest()
        for at in range(0, 32, 4):
            number = int.from_bytes(digest[at : at + 4], "little")
            found[(number >> 1) % dimensions] += 1.0 if number & 1 else -1.0
    length = math.sqrt(sum(value * value for value in found))
    if not length:
        # Words may cancel each other out, in few dimensions.
        return [1.0] + [0.0] * (dimensions - 1)
    return [value / length for value in found]
