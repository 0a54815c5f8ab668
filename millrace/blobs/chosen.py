"""Which store this installation has: BLOBS_URL says."""

import os
from functools import lru_cache
from urllib.parse import urlsplit

from millrace.blobs.blobs import Blobs
from millrace.blobs.directory import Directory
from millrace.settings import settings


@lru_cache
def store() -> Blobs:
    """The store of this process, made once."""
    if not settings().blobs_url:
        return Directory(settings().blobs_path)
    # It takes a third of a second and 30 MB: only where it is wanted.
    from millrace.blobs.s3 import S3

    bucket, prefix = place(settings().blobs_url)
    return S3(bucket, prefix)


#: A child of a fork must not speak on its parent's connections.
os.register_at_fork(after_in_child=store.cache_clear)


def place(url: str) -> tuple[str, str]:
    """Bucket and prefix of an URL: `s3://bucket/some/prefix`."""
    parts = urlsplit(url)
    return parts.netloc, parts.path.strip("/")
