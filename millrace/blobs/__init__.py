"""Blobs: bytes under a key, in a directory or in any S3. What they mean, and how they are encrypted, others know."""

from millrace.blobs.blobs import Blobs
from millrace.blobs.chosen import store

__all__ = ["Blobs", "store"]
