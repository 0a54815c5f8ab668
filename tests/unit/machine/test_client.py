"""Reading server-sent events, and printing text once."""

import pytest

from millrace.machine import client, welcome
from millrace.settings import Settings


def test_events_come_apart() -> None:
    wire = b'event: queued\nid: 1\ndata: {"position": 1}\n\n: alive\n\n'
    wire += b'event:delta\r\ndata:{"offset":0,"text":"hi"}\r\n\r\n'
    found = list(client.parse(iter(wire.splitlines(keepends=True))))
    assert found == [
        client.Event("queued", {"position": 1}),
        client.Event("", {}),
        client.Event("delta", {"offset": 0, "text": "hi"}),
    ]


def test_a_piece_that_overlaps_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    shown = welcome._print_new({"offset": 0, "text": "one "}, 0)
    shown = welcome._print_new({"text": "one two "}, shown)
    shown = welcome._print_new({"offset": 4, "text": "two three"}, shown)
    assert capsys.readouterr().out == "one two three"
    assert shown == 13


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:8000"), ("0.0.0.0", "http://127.0.0.1:8000"), ("::", "http://[::1]:8000")],
)
def test_we_reach_ourselves(monkeypatch: pytest.MonkeyPatch, host: str, url: str) -> None:
    monkeypatch.setattr(client, "settings", lambda: Settings(_env_file=None, host=host, port=8000))
    assert client.url() == url
