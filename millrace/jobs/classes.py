"""The classes in which a tenant's jobs share its part of a lane; the numbers are the database's."""

from enum import IntEnum


class Class(IntEnum):
    """Interactive goes first by weight (16), then job (4), then batch (1)."""

    interactive = 0
    job = 1
    batch = 2
