"""Whose key a call is made with."""

import pytest

from millrace.engines import keys
from millrace.engines.engine import Call
from millrace.engines.failures import Refused


def test_a_key_is_not_shown() -> None:
    assert "sk-secret" not in repr(Call("/v1/chat/completions", {}, "m", False, key="sk-secret"))


@pytest.mark.parametrize("key", ["a b", "a\r\nx-admin: 1", "ключ", "a\x00", "x" * 5_000])
def test_a_key_cannot_add_to_the_headers(key: str) -> None:
    with pytest.raises(Refused) as refused:
        keys.fit(key)
    assert refused.value.code == "backend_key" and key not in refused.value.message


def test_the_environment_goes_before_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "one\n")
    assert keys.platforms("A_KEY", "two") == "one"
    monkeypatch.delenv("A_KEY")
    assert keys.platforms("A_KEY", "two") == "two"
    assert keys.platforms("") == ""
    with pytest.raises(Refused, match="A_KEY is not set"):
        keys.platforms("A_KEY")
