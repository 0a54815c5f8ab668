"""The key of a request is that of every request with the same answer, and of no other; nobody can try prompts on it."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from millrace import master
from millrace.cache import keys
from millrace.cache.keys import frame_of, key_of
from millrace.settings import settings

CHAT = "/v1/chat/completions"
BODY: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "temperature": 0}


def _use(monkeypatch: pytest.MonkeyPatch, secret: bytes) -> None:
    monkeypatch.setenv("MASTER_KEY", base64.b64encode(secret).decode())
    for cached in (settings, master.master, keys._secret):
        cached.cache_clear()


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    _use(monkeypatch, b"a" * 32)
    yield
    for cached in (settings, master.master, keys._secret):
        cached.cache_clear()


def key(body: dict[str, Any], tenant: str = "t", model: str = "m", endpoint: str = CHAT) -> str:
    return key_of(tenant, model, endpoint, body)


@pytest.mark.parametrize(
    "more",
    [
        {"stream": True, "stream_options": {"include_usage": True}},
        {"user": "u"},
        {"metadata": {"a": "b"}},
        {"store": True},
        {"service_tier": "flex"},
        {"cache": "semantic"},
        {"temperature": 0.0},
        {"top_p": None},
        {"model": "an-alias-of-m"},
    ],
)
def test_what_changes_nothing_in_the_answer_changes_nothing_in_the_key(more: dict[str, Any]) -> None:
    assert key(BODY | more) == key(BODY) == key(dict(reversed(BODY.items())))


@pytest.mark.parametrize(
    "more",
    [
        {"temperature": 0.5},
        {"seed": 1},
        {"n": 2},
        {"max_tokens": 7},
        {"messages": [{"role": "user", "content": "Hello"}]},
        {"messages": [*BODY["messages"], {"role": "user", "content": ""}]},
        {"tools": []},
        {"something_new": {"x": 1}},
    ],
)
def test_everything_else_does(more: dict[str, Any]) -> None:
    assert key(BODY | more) != key(BODY)


def test_tenant_model_and_endpoint_are_in_it() -> None:
    found = {key(BODY), key(BODY, tenant="u"), key(BODY, model="n"), key(BODY, endpoint="/v1/completions")}
    assert len(found) == 4


def test_it_hangs_on_the_master_key_and_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key(BODY)
    _use(monkeypatch, b"b" * 32)
    assert key(BODY) != before and len(before) == 64 and int(before, 16)


def test_a_frame_is_all_but_the_last_message() -> None:
    system = {"role": "system", "content": "Be brief."}
    one, other = ([system, {"role": "user", "content": text}] for text in ("a", "b"))
    frames = {frame_of("t", "m", BODY | {"messages": messages}) for messages in (one, other)}
    assert len(frames) == 1
    frames |= {frame_of("t", "m", BODY | {"messages": one[1:]}), frame_of("t", "m", BODY | {"messages": one, "n": 2})}
    assert len(frames) == 3
