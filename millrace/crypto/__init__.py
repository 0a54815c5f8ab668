"""Fields encrypted at rest: AES-256-GCM under data keys, which are wrapped by the master key (docs/security.md)."""

from millrace.crypto import fields
from millrace.crypto.sealing import is_sealed, seal, unseal

__all__ = ["fields", "is_sealed", "seal", "unseal"]
