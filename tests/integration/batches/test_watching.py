"""Who watches a batch sees it change, by server-sent events or over a socket, and sees its end."""

from tests.integration.batches.conftest import Owner, line
from tests.integration.batches.test_control import SLOW
from tests.sockets import connected


def test_a_watcher_sees_progress_and_the_end(owner: Owner) -> None:
    batch = owner.batch([line(str(n)) for n in range(3)])
    raw = owner.ask("GET", f"/api/v1/batches/{batch['id']}/events")[1].decode()
    assert raw.rstrip().rpartition("event: ")[2].startswith("ended") and '"completed":3' in raw


def test_a_socket_hears_progress_and_the_end_and_can_cancel(owner: Owner) -> None:
    batch = owner.batch([line("quick"), *(line(str(n), **SLOW) for n in range(20))])["id"]
    with connected(owner.platform, key=owner.secret) as client:
        assert client.call("subscribe", batch=batch) == {"ok": True}
        client.hears(batch, "progress")
        assert client.call("cancel", batch=batch) == {"ok": True}
        client.hears(batch, "ended")
        assert [type for _, type, _ in client.of(batch)].index("ended") == len(client.of(batch)) - 1
        assert client.of(batch)[-1][2] == owner.look({"id": batch})
        assert owner.look({"id": batch})["status"] == "cancelled"


def test_an_unsubscribed_socket_hears_no_more(owner: Owner) -> None:
    batch, other = (owner.batch([line(str(n), **SLOW) for n in range(4)])["id"] for _ in range(2))
    with connected(owner.platform, key=owner.secret) as client:
        for each in (batch, other):
            client.call("subscribe", batch=each)
        client.hears(batch, "progress")
        assert client.call("unsubscribe", batch=batch) == {"ok": True}
        client.hears(other, "ended")
        owner.ended({"id": batch})
        assert "ended" not in [type for _, type, _ in client.of(batch)]


def test_somebody_elses_batch_is_not_there(owner: Owner) -> None:
    batch = owner.batch([line("one")])["id"]
    with connected(owner.platform, key=Owner(owner.platform).secret) as stranger:
        for call in ("subscribe", "unsubscribe", "cancel"):
            for wrong in (batch, "batch_" + "0" * 32, None, 7):
                assert stranger.call(call, batch=wrong)["error"]["code"] == "not_found"
