"""Who asks, for what is noted in the audit log."""

from api.address import address
from api.auth import caller
from millrace.identity.actor import Actor


def actor() -> Actor:
    """The caller of this request, and its address."""
    return Actor(caller(), address() or None)
