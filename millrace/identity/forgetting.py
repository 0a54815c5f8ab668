"""Forgetting what is long over: sessions, tokens, mails, signing keys."""

from millrace import db


def forget() -> None:
    """Safe at any time, and from several processes at once."""
    db.call("SELECT forget_identity()")
