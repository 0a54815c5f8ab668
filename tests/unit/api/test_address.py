"""Whose word is taken for where a request comes from."""

from collections.abc import Iterator

import pytest

from api import address
from millrace.settings import Settings

PROXY, OTHER, CLIENT = "10.0.0.1", "10.0.0.2", "203.0.113.7"


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def forget() -> None:
        for each in (address.proxies, address.is_proxy):
            each.cache_clear()

    monkeypatch.setattr(address, "settings", lambda: Settings(trusted_proxies="10.0.0.0/8, 2001:db8:9::1"))
    forget()
    yield
    forget()


def came(peer: str, forwarded: str | None = None) -> str:
    environ = {"REMOTE_ADDR": peer}
    return address.of(environ | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {}))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (CLIENT, None, CLIENT),
        # Not from a proxy of ours: nothing it says counts.
        (CLIENT, "198.51.100.1", CLIENT),
        (PROXY, CLIENT, CLIENT),
        # What the client itself had sent stands further left.
        (PROXY, f"198.51.100.1, {CLIENT}", CLIENT),
        (PROXY, f"127.0.0.1, {CLIENT}, {OTHER}", CLIENT),
        (PROXY, f"{OTHER},{PROXY}", OTHER),
        # What is no address ends the walk.
        (PROXY, f"{CLIENT}, nonsense", PROXY),
        (PROXY, f"{CLIENT}, nonsense, {OTHER}", OTHER),
        (PROXY, "", PROXY),
        (PROXY, " , ,", PROXY),
        (PROXY, f"{CLIENT}:4711", CLIENT),
        (PROXY, "[2001:db8::7]:4711", "2001:db8::7"),
        (PROXY, "2001:db8::7", "2001:db8::7"),
        ("2001:db8:9::1", CLIENT, CLIENT),
        ("::ffff:10.0.0.1", CLIENT, CLIENT),
    ],
)
def test_only_proxies_of_ours_are_believed_hop_by_hop(peer: str, forwarded: str | None, expected: str) -> None:
    assert came(peer, forwarded) == expected


def test_the_scheme_is_the_nearest_proxys_word_or_the_servers() -> None:
    https = {"HTTP_X_FORWARDED_PROTO": "http, https", "wsgi.url_scheme": "http"}
    assert address.scheme({"REMOTE_ADDR": PROXY} | https) == "https"
    assert address.scheme({"REMOTE_ADDR": CLIENT} | https) == "http"
    assert address.scheme({"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_PROTO": "gopher"}) == "http"
