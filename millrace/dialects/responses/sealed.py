"""Anthropic's signed thoughts inside a reasoning item's `encrypted_content`, which clients hand back untouched.

OpenAI has encrypted text there; ours is only packed. What comes back is the client's word, and read as such.
"""

import base64
import binascii
import json
from typing import Any

from millrace.dialects.said import thoughts_in

#: Tells ours from OpenAI's.
MARK = "mr1."


def packed(thoughts: list[dict[str, Any]]) -> str | None:
    """Blocks of thoughts as `encrypted_content`; None where there are none."""
    if not thoughts:
        return None
    return MARK + base64.b64encode(json.dumps(thoughts, separators=(",", ":")).encode()).decode("ascii")


def unpacked(content: Any) -> list[dict[str, Any]]:
    """The blocks in it; none where it is not ours."""
    if not isinstance(content, str) or not content.startswith(MARK):
        return []
    try:
        return thoughts_in({"thinking_blocks": json.loads(base64.b64decode(content[len(MARK) :], validate=True))})
    except (binascii.Error, ValueError, RecursionError):
        return []
