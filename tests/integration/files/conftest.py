"""Somebody who has files."""

import hashlib

import pytest

from millrace import ids


@pytest.fixture
def tenant() -> str:
    return ids.new()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
