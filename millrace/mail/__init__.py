"""Mail: written into a table in the transaction that causes it, sent by the sweep."""

from millrace.mail.outbox import write

__all__ = ["write"]
