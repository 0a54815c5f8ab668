"""The address that a request comes from."""

from flask import request


def address() -> str:
    """As it is known to us."""
    return request.remote_addr or ""
