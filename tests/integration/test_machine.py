"""One machine: the embedded servers, and `millrace up`, `status`, `down`, as a user would run them."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from tests.machine import Installation, wait_for


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "home")
    yield made
    made.stop()
    millrace(made, "down")


@pytest.fixture
def servers(machine: Installation) -> Installation:
    return machine.start_servers()


def millrace(machine: Installation, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`millrace ARGUMENTS` in that installation."""
    started = machine.spawn(
        "-m", "millrace.machine.command", *arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    output, _ = started.communicate(timeout=90)
    return subprocess.CompletedProcess(arguments, started.returncode, str(output), "")


def processes(machine: Installation) -> dict[str, int]:
    """`{name: pid}` of what runs."""
    return {one["name"]: one["pid"] for one in status(machine)["processes"]}


def status(machine: Installation) -> dict[str, Any]:
    return dict(json.loads(millrace(machine, "status", "--json").stdout))


def answers(machine: Installation) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{machine.port}/healthz", timeout=2) as reply:
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False


def test_postgres_keeps_what_it_said_it_kept(servers: Installation) -> None:
    with servers.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
    for _ in range(3):
        servers.kill_server("postgres")
        # At once, while the old one's children are still dying.
        servers.start_server("postgres")
        wait_for(servers.postgres_answers, 30, "Postgres")
    with servers.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT n FROM kept")
        assert cursor.fetchall() == [(1,)]


def test_postgres_is_ours_alone(servers: Installation) -> None:
    assert servers.sockets.stat().st_mode & 0o077 == 0
    with servers.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('listen_addresses'), current_setting('synchronous_commit')")
        assert cursor.fetchone() == ("", "on")
        cursor.execute("CREATE EXTENSION vector")


def test_a_pid_that_belongs_to_somebody_else_by_now(servers: Installation) -> None:
    stale = servers.home / "postgres" / "postmaster.pid"
    content = stale.read_text().splitlines()
    servers.stop()
    stale.write_text("\n".join(["1", *content[1:]]))
    servers.start_servers()


def test_half_a_cluster_is_made_again(machine: Installation) -> None:
    half = machine.home / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    machine.start_servers()
    assert not half.exists()


def test_redis_keeps_its_messages(servers: Installation) -> None:
    import redis

    with redis.Redis.from_url(servers.redis_url) as client:
        client.set("kept", "1")
        assert client.config_get("maxmemory-policy") in ({"maxmemory-policy": "noeviction"},)
    servers.kill_server("redis")
    servers.start_server("redis")
    wait_for(servers.redis_answers, 20, "Redis")
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.get("kept") == b"1"


def test_a_second_server_on_the_same_data_is_refused(servers: Installation) -> None:
    second = servers.spawn("-m", "millrace.machine.postgres", stderr=subprocess.PIPE, text=True)
    _, said = second.communicate(timeout=30)
    assert second.returncode != 0
    assert "runs already" in str(said)
    assert servers.postgres_answers()


def test_two_installations_side_by_side(servers: Installation, tmp_path: Path) -> None:
    other = Installation(tmp_path / "other")
    try:
        other.start_servers()
        with servers.connect() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE mine (n int)")
        with other.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('mine')")
            assert cursor.fetchone() == (None,)
    finally:
        other.stop()


def test_up_status_down_and_up_again(machine: Installation) -> None:
    first = millrace(machine, "up", "--detach")
    assert first.returncode == 0, first.stdout
    assert "A first job for demo" in first.stdout
    assert "(succeeded)" in first.stdout
    assert "no jobs yet" in first.stdout
    key = machine.home / "admin-key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text().strip() not in first.stdout

    assert status(machine)["ready"]
    assert millrace(machine, "doctor").returncode == 0
    again = millrace(machine, "up")
    assert again.returncode == 1
    assert "millrace down" in again.stdout

    began = time.monotonic()
    assert millrace(machine, "down").stdout.startswith("Stopped.")
    assert time.monotonic() - began < 10
    assert not answers(machine)
    assert millrace(machine, "status").returncode == 1

    second = millrace(machine, "up", "--detach")
    assert "with 1 job of earlier runs" in second.stdout, second.stdout


def test_what_is_killed_comes_back(machine: Installation) -> None:
    assert millrace(machine, "up", "--detach").returncode == 0
    before = processes(machine)
    for pid in before.values():
        psutil.Process(pid).kill()

    def all_new() -> bool:
        now = processes(machine)
        return all(now[name] not in (None, pid) for name, pid in before.items()) and status(machine)["ready"]

    wait_for(all_new, 60, "every process")


def test_a_killed_supervisor_leaves_nothing_in_the_way(machine: Installation, tmp_path: Path) -> None:
    neighbour = Installation(tmp_path / "neighbour").start_servers()
    try:
        assert millrace(machine, "up", "--detach").returncode == 0
        before = processes(machine)
        psutil.Process(status(machine)["supervisor_pid"]).kill()
        assert "without their supervisor" in millrace(machine, "doctor").stdout
        second = millrace(machine, "up", "--detach")
        assert second.returncode == 0, second.stdout
        assert "an earlier run left behind" in second.stdout
        assert not set(before.values()) & set(processes(machine).values())
        assert neighbour.postgres_answers() and neighbour.redis_answers()
    finally:
        neighbour.stop()


def _hears_interrupts() -> None:
    """A shell that starts us in the background has told us, and all we start, to ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_it_within_ten_seconds(machine: Installation, tmp_path: Path, number: signal.Signals) -> None:
    output = tmp_path / "out"
    with output.open("wb") as file:
        # No terminal: it must not ask anything.
        up = machine.spawn("-m", "millrace.machine.command", "up", stdout=file, stderr=file, stdin=subprocess.DEVNULL,
                           preexec_fn=_hears_interrupts)  # fmt: skip
    wait_for(lambda: "Ctrl-C stops everything" in output.read_text() or up.poll() is not None, 60, "up")
    assert answers(machine), output.read_text()
    pids = processes(machine).values()
    began = time.monotonic()
    up.send_signal(number)
    assert up.wait(20) == 0
    assert time.monotonic() - began < 10
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids)


def test_a_port_that_is_taken(machine: Installation) -> None:
    with socket.create_server(("127.0.0.1", machine.port)):
        refused = millrace(machine, "up", "--detach")
    assert refused.returncode == 1
    assert "set PORT" in refused.stdout
    assert not processes(machine)
