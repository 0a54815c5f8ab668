"""One try, over real sockets: what is connected to is what was checked, and nothing drags it out."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from millrace.engines.engine import Line
from millrace.engines.http import connection
from millrace.settings import Settings
from millrace.webhooks import addresses, destination, sending
from tests.fakes.certificates import certificate
from tests.fakes.webhook_receiver import Receiver

HEADERS = {"webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}

#: A public address, which no test must ever reach.
PUBLIC = "93.184.216.34"


@pytest.fixture(autouse=True)
def wall(monkeypatch: pytest.MonkeyPatch) -> Settings:
    made = Settings(_env_file=None, webhook_allow="127.0.0.1", webhook_seconds=1)  # type: ignore[call-arg]
    for module in (addresses, destination, sending):
        monkeypatch.setattr(module, "settings", lambda: made)
    return made


class Names:
    """A resolver that says of each look-up what comes next, and counts them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[list[str]] = []
        self.asked: list[str] = []
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)

    def _answer(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


def post(url: str) -> sending.Answer:
    return sending.post(url, HEADERS, b'{"a": 1}', Line())


def test_a_name_that_was_public_and_leads_inside_now_is_refused_at_connect_time(
    receiver: Receiver, wall: Settings, names: Names
) -> None:
    wall.webhook_allow = ""
    url = f"https://rebound.example:{receiver.server_port}/rebound/ok"
    names.answers = [[PUBLIC], ["127.0.0.1"]]
    destination.check(url, "url", resolve=True)
    answer = post(url)
    assert answer.status is None and answer.error == "not sent: its host is not on the public internet"
    assert receiver.of("rebound") == []


def test_a_private_address_among_public_ones_is_refused(receiver: Receiver, wall: Settings, names: Names) -> None:
    wall.webhook_allow = ""
    names.answers = [[PUBLIC, "127.0.0.1"]]
    assert "public internet" in (post(f"https://mixed.example:{receiver.server_port}/mixed/ok").error or "")
    assert receiver.of("mixed") == []


def test_what_is_connected_to_is_what_was_checked_without_another_look(receiver: Receiver, names: Names) -> None:
    names.answers = [["127.0.0.1"], [PUBLIC]]
    assert post(f"http://once.example:{receiver.server_port}/once/ok").status == 200
    assert names.asked == ["once.example"]
    assert receiver.of("once")[0].headers["host"] == f"once.example:{receiver.server_port}"


def test_a_resolver_that_hangs_takes_no_longer_than_the_whole_try(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait())
    answer = post("https://slow.example/")
    over.set()
    assert answer.status is None and answer.error == "no answer in 1 s"


def test_no_proxy_of_the_environment_is_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert post(receiver.url("direct")).status == 200


@pytest.mark.parametrize(
    ("how", "status", "error"),
    [
        ("ok", 200, None), ("404", 404, None), ("302", 302, None), ("410", 410, None), ("nul", 500, None),
        ("huge", 200, None), ("trickle", 200, None),
        ("hang", None, "no answer in 1 s"), ("drip", None, "no answer in 1 s"),
        ("reset", None, ""), ("garbage", None, ""),
    ],
)  # fmt: skip
def test_whatever_a_receiver_does_is_an_answer_in_time(
    receiver: Receiver, how: str, status: int | None, error: str | None
) -> None:
    trapped = receiver.trapped
    answer = post(receiver.url(f"one-{how}", how))
    assert answer.status == status and (error is None) == (answer.error is None)
    assert (error or "") in (answer.error or "") and "\x00" not in answer.text + (answer.error or "")
    assert len(answer.text) <= sending.MOST and receiver.trapped == trapped
    assert len(receiver.of(f"one-{how}")) == 1


def test_nobody_at_home_is_an_answer_too(names: Names) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        names.answers = [["127.0.0.1"]]
        answer = post(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert answer.status is None and "refused" in (answer.error or "").lower()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120), ("0", 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", None), ("-5", None), ("9" * 4000, 1e13)],
)
def test_retry_after_is_read_whatever_it_says(said: str, seconds: float | None) -> None:
    found = sending._retry_after(said)
    assert (found is None) == (seconds is None) and (found or 0) <= (seconds or 0)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver behind TLS, whose certificate for hooks.example is trusted here."""
    made = certificate(tmp_path / "hooks.pem", "hooks.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    trusting = ssl.create_default_context(cafile=str(made))
    monkeypatch.setattr(connection, "tls_context", lambda: trusting)
    with Receiver() as receiver:
        receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
        yield receiver


def test_tls_is_verified_for_the_name_and_not_for_the_address(tls: Receiver, names: Names) -> None:
    names.answers = [["127.0.0.1"]]
    assert post(f"https://hooks.example:{tls.server_port}/tls/ok").status == 200
    for stranger in ("other.example", "127.0.0.1"):
        answer = post(f"https://{stranger}:{tls.server_port}/stranger/ok")
        assert answer.status is None and "CERTIFICATE_VERIFY_FAILED" in (answer.error or "")
    assert tls.of("stranger") == []
