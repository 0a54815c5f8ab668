"""Embeddings as OpenAI packs them where a request says `encoding_format: base64`."""

import base64
import struct
from typing import Any

from millrace.engines.failures import Broken


def in_base64(vector: Any) -> str:
    """Little-endian float32, in base64. Raises Broken."""
    try:
        return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
    except (struct.error, TypeError, OverflowError) as cause:
        raise Broken("The backend's answer cannot be read: an embedding is no list of numbers.") from cause
