"""Where a benchmark runs: a platform of its own, with the settings it ships with, and the mock upstream beside it."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from socket import create_connection

from bench import client
from bench.measure import cpu_seconds
from millrace.machine.procfile import processes
from tests.machine import free_port, wait_for
from tests.platform import Platform

#: What the tests shorten, as it ships.
SHIPPED = {
    "LEASE_SECONDS": "30",
    "RENEW_SECONDS": "10",
    "SWEEP_SECONDS": "2",
    "GRACE_SECONDS": "8",
    "LOG_LEVEL": "WARNING",
}

#: The API processes of this machine.
APIS = [one.name for one in processes() if one.command[-1] == "api"]

CATALOG = """
[lanes."remote.{name}"]
slots = {slots}
kept = {kept}

[[models]]
name = "{name}"
engine = "compatible"
lane = "remote.{name}"
url = "http://127.0.0.1:{port}"
"""


class Place:
    """A started platform and its upstream, and the requests to both."""

    def __init__(self, extra: Mapping[str, Mapping[str, int]]) -> None:
        self.platform = Platform(copied=False, **SHIPPED)
        self._extra = extra
        self.upstream_port = free_port()
        self.upstream: subprocess.Popen[bytes] | None = None

    @property
    def pids(self) -> dict[str, int]:
        """Everything that a job costs: by process."""
        return {name: found.pid for name, found in (self.platform.processes | self.platform.servers).items()}

    def cpu(self) -> float:
        """Seconds of all of it so far."""
        return cpu_seconds(self.pids.values())

    def start(self) -> None:
        lanes = {"mock": {"slots": 128, "kept": 0}, **self._extra}
        catalog = "".join(CATALOG.format(name=name, port=self.upstream_port, **lane) for name, lane in lanes.items())
        (self.platform.home / "models.toml").write_text(catalog)
        self.upstream = self.platform.spawn("-m", "bench.upstream", str(self.upstream_port))
        self.platform.start()
        # As `make run` starts them: on one port.
        for name in APIS[1:]:
            self.platform.ports[name] = self.platform.port
            self.platform.start_process(name)
        wait_for(lambda: _listens(self.upstream_port), 20, "the mock upstream")
        self.key = self.platform.key

    def stop(self) -> None:
        if self.upstream:
            self.upstream.terminate()
            self.upstream.wait(10)
        self.platform.stop()
        shutil.rmtree(self.platform.home, ignore_errors=True)

    def submit(self, user: str = "mock:", stream: bool = False, of_class: str = "job", wait: int = 0) -> bytes:
        """POST /api/v1/jobs."""
        job = {"endpoint": "/v1/chat/completions", "class": of_class, "body": _body(user, stream)}
        headers = {"Authorization": f"Bearer {self.key}"}
        return client.post("/api/v1/jobs", job, **headers, **({"Prefer": f"wait={wait}"} if wait else {}))

    def chat(self, user: str = "mock:", stream: bool = False) -> bytes:
        """POST /v1/chat/completions. Who needs no key reads over ours."""
        return client.post("/v1/chat/completions", _body(user, stream), Authorization=f"Bearer {self.key}")

    def events(self, answer: client.Answer) -> bytes:
        """GET the events of the job that a 202 speaks of."""
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "text/event-stream"}
        return client.get(f"/api/v1/jobs/{json.loads(answer.body)['id']}/events", **headers)

    def direct(self, user: str = "mock:", stream: bool = False) -> bytes:
        """The same request to the upstream itself."""
        return client.post("/v1/chat/completions", _body(user, stream))


def _body(user: str, stream: bool) -> dict[str, object]:
    message = {"role": "user", "content": "What turns the wheel?"}
    return {"model": "mock", "messages": [message], "user": user, "stream": stream}


def _listens(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


@contextmanager
def place(extra: Mapping[str, Mapping[str, int]] | None = None) -> Iterator[Place]:
    """Started, and stopped at the end. `extra`: more models on the same upstream, with the slots of their lanes."""
    made = Place(extra or {})
    try:
        made.start()
        yield made
    finally:
        made.stop()
