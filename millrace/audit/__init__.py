"""The audit log: every sensitive act, in an append-only chain of hashes that shows any change (docs/security.md)."""

from millrace.audit.acts import Act
from millrace.audit.noting import note

__all__ = ["Act", "note"]
