"""Sealed texts: what goes in comes out, only in its own place, only under its key."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from millrace import crypto, db
from millrace.crypto import data_keys
from millrace.crypto.data_keys import DataKey
from millrace.errors import DatabaseUnavailable, Unreadable


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[DataKey]:
    """A warm process: with its key in memory, and a database that must not be asked."""
    made = DataKey(7, AESGCM(os.urandom(32)), time.monotonic() + 60)
    monkeypatch.setattr(data_keys, "_current", made)
    monkeypatch.setattr(data_keys, "_known", {7: made})
    monkeypatch.setattr(db, "call", _refuse)
    yield made


def _refuse(*_: Any, **__: Any) -> Any:
    raise DatabaseUnavailable


@pytest.mark.parametrize("text", ["{}", '{"a": "mr1.7.x"}', "Grüße \U0001f600", "x" * 1_000_000])
def test_what_is_sealed_comes_back_and_shows_nothing(text: str) -> None:
    sealed = crypto.seal(text, "job.request:1")
    assert sealed.startswith("mr1.7.") and sealed.isascii() and text not in sealed
    assert crypto.unseal(sealed, "job.request:1") == text
    assert crypto.seal(text, "job.request:1") != sealed


def test_a_warm_process_asks_nobody() -> None:
    assert crypto.unseal(crypto.seal("{}", "a"), "a") == "{}"


@pytest.mark.parametrize("other", ["job.request:2", "job.answer:1", ""])
def test_a_sealed_text_cannot_be_moved(other: str) -> None:
    with pytest.raises(Unreadable):
        crypto.unseal(crypto.seal("{}", "job.request:1"), other)


@pytest.mark.parametrize(
    "spoil", [lambda s: s[:-6] + "AAAA==", lambda s: s[:20], lambda s: "mr1.x." + s[6:], lambda _: "mr1."]
)
def test_a_changed_text_is_refused(spoil: Any) -> None:
    with pytest.raises(Unreadable):
        crypto.unseal(spoil(crypto.seal('{"n": 1}', "a")), "a")


@pytest.mark.parametrize("plain", ['{"a": 1}', '["text"]', ""])
def test_rows_from_before_are_read_as_they_are(plain: str) -> None:
    assert crypto.unseal(plain, "a") == plain


@pytest.mark.parametrize("odd", ["hello", "mr2.1.x", " {}", "-----BEGIN PRIVATE KEY-----"])
def test_what_was_neither_sealed_nor_ours_is_refused(odd: str) -> None:
    with pytest.raises(Unreadable):
        crypto.unseal(odd, "a")


def test_the_key_in_memory_does_while_the_database_is_away(key: DataKey) -> None:
    key.until = 0.0
    assert crypto.unseal(crypto.seal("{}", "a"), "a") == "{}"
    assert key.until > time.monotonic()


def test_a_process_that_has_no_key_yet_needs_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = crypto.seal("{}", "a")
    monkeypatch.setattr(data_keys, "_current", None)
    monkeypatch.setattr(data_keys, "_known", {})
    with pytest.raises(DatabaseUnavailable):
        crypto.seal("{}", "a")
    with pytest.raises(DatabaseUnavailable):
        crypto.unseal(sealed, "a")
