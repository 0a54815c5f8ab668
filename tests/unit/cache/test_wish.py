"""What a request wants of the caches: its header wins over its body, and what is not ours is the backend's."""

from typing import Any

import pytest

from millrace.cache.wish import Wish, deterministic, said, taken
from millrace.errors import InvalidField


@pytest.mark.parametrize(
    ("header", "field", "wish"),
    [
        (None, {}, None),
        (None, {"cache": True}, Wish.on),
        (None, {"cache": False}, Wish.off),
        (None, {"cache": "refresh"}, Wish.refresh),
        (None, {"cache": "SEMANTIC"}, None),
        (None, {"cache": {"no-cache": True}}, None),
        (None, {"cache": 1}, None),
        (None, {"cache": ["on"]}, None),
        (" Semantic ", {}, Wish.semantic),
        ("off", {"cache": True}, Wish.off),
    ],
)
def test_what_is_said(header: str | None, field: dict[str, Any], wish: Wish | None) -> None:
    assert said(header, field) is wish


@pytest.mark.parametrize("header", ["", "yes", "on, off", "no-store"])
def test_an_unknown_word_in_the_header_is_refused(header: str) -> None:
    with pytest.raises(InvalidField, match="refresh"):
        said(header, {})


def test_only_ours_is_taken_out_of_a_body() -> None:
    ours, theirs = {"cache": "off", "n": 1}, {"cache": {"ttl": 1}}
    assert taken(ours) is Wish.off and ours == {"n": 1}
    assert taken(theirs) is None and theirs == {"cache": {"ttl": 1}}


@pytest.mark.parametrize(
    ("endpoint", "body", "found"),
    [
        ("/v1/embeddings", {}, True),
        ("/v1/chat/completions", {"temperature": 0}, True),
        ("/v1/chat/completions", {"temperature": 0.0}, True),
        ("/v1/chat/completions", {"temperature": 0.01}, False),
        ("/v1/chat/completions", {"temperature": None}, False),
        ("/v1/chat/completions", {"temperature": "0"}, False),
        ("/v1/chat/completions", {}, False),
    ],
)
def test_which_requests_are_deterministic(endpoint: str, body: dict[str, Any], found: bool) -> None:
    assert deterministic(endpoint, body) is found
