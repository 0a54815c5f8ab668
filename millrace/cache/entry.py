"""An answer that was given before."""

import json
from dataclasses import astuple, dataclass

from millrace import crypto


@dataclass(frozen=True, slots=True)
class Entry:
    """`body` is JSON text in OpenAI's shape. Moments are Unix seconds by the database's clock: when its question was
    accepted (a purge after that voids it), and when it was there (from then on its age counts)."""

    tenant: str
    model: str
    body: str
    input_tokens: int
    output_tokens: int
    asked_at: float
    made_at: float

    def sealed(self, key: str) -> str:
        """As it may lie outside this process. Raises DatabaseUnavailable, the first time in a process."""
        return crypto.seal(json.dumps(astuple(self)), _context(key))


def unsealed(sealed: str, key: str) -> Entry:
    """Raises Unreadable, ValueError, TypeError for what `sealed` did not write; DatabaseUnavailable."""
    return Entry(*json.loads(crypto.unseal(sealed, _context(key))))


def _context(key: str) -> str:
    return f"cache.entry:{key}"
