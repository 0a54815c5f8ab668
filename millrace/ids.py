"""Identifiers: UUIDv7 (RFC 9562) inside, so that new rows land on the same page; a prefix and hex outside."""

import os
import time
from uuid import UUID


def new() -> str:
    """A UUIDv7 as text: 48 bits of milliseconds, then 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return str(UUID(int=value & ~(0x3 << 62) | 0x2 << 62))


def show(prefix: str, value: str) -> str:
    """`job_0192...`: what a user sees of an identifier."""
    return f"{prefix}_{value.replace('-', '')}"


def parse(prefix: str, text: str) -> str | None:
    """The identifier that `show` made this from, or None: somebody's guess is no error of ours."""
    head, _, tail = text.partition("_")
    if head != prefix or len(tail) != 32 or not all(c in "0123456789abcdef" for c in tail):
        return None
    return str(UUID(tail))
