"""Where each engine's calls go."""

import pytest

from millrace.engines.addresses import server_of, url_of
from millrace.settings import settings


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com"),
        ("https://API.OpenAI.com:443/v1/", "https://api.openai.com"),
        ("http://gpu1:80", "http://gpu1"),
        ("http://gpu1:8000/v1?x=y#z", "http://gpu1:8000"),
        ("https://user:secret@host.example/v1", "https://host.example"),
        ("http://[::1]:9000/v1", "http://[::1]:9000"),
        ("http+unix://%2Frun%2Fllm.sock/v1", "http+unix://%2Frun%2Fllm.sock"),
        ("http://host:notaport", ""),
        ("http://[", ""),
        ("nowhere", ""),
        ("", ""),
    ],
)
def test_a_server_is_written_in_one_way_and_without_what_else_a_url_holds(url: str, server: str) -> None:
    assert server_of(url) == server


def test_a_models_url_wins_over_the_settings_and_these_over_the_vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "openai_base_url", "")
    assert url_of("openai") == "https://api.openai.com/v1"
    monkeypatch.setattr(settings(), "openai_base_url", "http://gateway/v1")
    assert url_of("openai") == "http://gateway/v1" and url_of("openai", "http://h") == "http://h"
    assert url_of("compatible") == "" and url_of("compatible", "http://h") == "http://h"
