"""This process as one of an installation's: it stores and reads as a worker does."""

import hashlib
from collections.abc import Iterator

import pytest

from millrace import db, ids, master
from millrace.blobs import chosen
from millrace.crypto import data_keys
from millrace.settings import settings
from tests.platform import Platform


def _forget() -> None:
    for cached in (settings, master.master, db._own_url, chosen.store):
        cached.cache_clear()


@pytest.fixture
def here(database: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """The database's installation, which this process belongs to until the test is over."""
    for name, value in database.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(data_keys, "_current", None)
    monkeypatch.setattr(data_keys, "_known", {})
    _forget()
    yield database
    for pool in db._pools:
        pool.dispose()
    _forget()


@pytest.fixture
def tenant() -> str:
    return ids.new()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
