"""The whole platform as real processes, which a test can kill, stop and start one by one."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Any

import psutil

from tests import template
from tests.conformance import Conformance
from tests.machine import ROOT, Installation, wait_for
from tests.nursery import READY, Forked, nursery

#: How each process is started; several of a kind are told apart by a number (`api-2`).
COMMANDS = {
    "api": ("-m", "api"),
    "remote": ("-m", "workers", "remote"),
    "local": ("-m", "workers", "local"),
    "sweep": ("-m", "workers", "sweep"),
    "webhooks": ("-m", "workers", "webhooks"),
    "batches": ("-m", "workers", "batches"),
    "beat": ("-m", "schedules"),
    "flower": ("-m", "workers", "flower"),
}

#: What eventlet patches, where it is to.
GREEN = ("api", "remote", "webhooks")

#: Short enough that a test can wait for a lease to run out.
QUICK = {"LEASE_SECONDS": "4", "RENEW_SECONDS": "1", "SWEEP_SECONDS": "0.5", "GRACE_SECONDS": "6"}

#: Tests show many wrong keys, and must not lock one another out.
PATIENT = {"MOST_GUESSES": "1000000"}

#: Limits by address that a test sets again where it is about them.
RATES = ["sign_in", "register", "reset"]

_UNLIMITED = "UPDATE limits SET requests_per_hour = NULL, per_second = NULL, burst = NULL WHERE name = ANY (%s)"


#: Settings that are written into tables.
SEEDS = {"DEFAULT_RATE_LIMIT", "PREMIUM_RATE_LIMIT"}


def _prepare(servers: Installation) -> None:
    servers.run("-m", "millrace.migrations")
    # All tests come from one address.
    servers.sql(_UNLIMITED, RATES)
    servers.run("-c", "from millrace.identity.admin import ensure_admin_key; ensure_admin_key()")


class Platform(Installation):
    """`start()` it, talk to `api()`, and stop it. `extra` goes into the environment of every process.

    `copied`: its cluster is a copy that waits for no disk, and its processes are forks, which spares seconds each. What
    is measured has a cluster of its own, and processes that began as they do elsewhere.
    """

    def __init__(self, home: Path | None = None, *, copied: bool = True, **extra: str) -> None:
        super().__init__(home)
        self._copied = copied
        self.extra = QUICK | PATIENT | extra
        self.processes: dict[str, subprocess.Popen[bytes] | Forked] = {}
        self.ports: dict[str, int] = {}
        #: Holds every answer of `request` against the OpenAPI document, where a fixture sets it.
        self.conformance: Conformance | None = None

    def env(self) -> dict[str, str]:
        return super().env() | self.extra

    def start(self, *names: str) -> "Platform":
        """Servers, migrations, the admin's key, then these processes (or one of each that most tests need)."""
        if self._copied and not (self.home / "postgres").exists():
            template.begin(self.home, _prepare)
        self.start_servers()
        if not self._copied or self.extra.keys() & SEEDS:
            _prepare(self)
        for name in names or ("api", "remote", "sweep", "beat"):
            self.start_process(name)
        return self

    def start_process(self, name: str) -> None:
        """Start `api`, `remote`, `api-2`...; a second API process gets a port of its own."""
        kind = name.split("-")[0]
        env = self.env()
        if kind == "api":
            from tests.machine import free_port

            self.ports.setdefault(name, self.port if name == "api" else free_port())
            env["PORT"] = str(self.ports[name])
        with (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = self._begin(kind, env, log)
        if kind == "api":
            wait_for(lambda: self.alive(name), 30, name)

    def _begin(self, kind: str, env: dict[str, str], log: IO[bytes]) -> subprocess.Popen[bytes] | Forked:
        if not (self._copied and READY):
            return self.spawn(*COMMANDS[kind], stdout=log, stderr=log, env=env)
        green = kind in GREEN and env.get("ASYNC_MODE", "eventlet") == "eventlet"
        return nursery("eventlet" if green else "plain", ROOT).start(COMMANDS[kind][1:], env, log.fileno())

    def alive(self, name: str = "api") -> bool:
        try:
            return self.request("GET", "/healthz", process=name)[0] == 200
        except OSError:
            return False

    def kill(self, name: str) -> None:
        """kill -9 of one process, whichever; its children live on or die as they would."""
        process = self.processes.get(name) or self.servers[name]
        process.kill()
        process.wait()

    def signal(self, name: str, number: int) -> None:
        """A signal to a process and to its children (SIGSTOP, SIGCONT)."""
        process = psutil.Process((self.processes.get(name) or self.servers[name]).pid)
        for each in [process, *process.children(recursive=True)]:
            each.send_signal(number)

    def stop(self) -> None:
        """Kill the processes, which would take seconds to leave in good order, and stop the servers."""
        for name, process in self.processes.items():
            if process.poll() is None:
                self.signal(name, signal.SIGKILL)
                process.wait()
        super().stop()

    def log(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text(errors="replace")

    @property
    def key(self) -> str:
        return (self.home / "admin-key").read_text().strip()

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        process: str = "api",
        timeout: float = 30,
    ) -> tuple[int, dict[str, str], Any]:
        """Status, headers (lower case) and body (parsed where it is JSON). `body`: bytes as they are, else as JSON."""
        connection = HTTPConnection("127.0.0.1", self.ports.get(process, self.port), timeout=timeout)
        given = {"Content-Type": "application/json"} | (headers or {})
        if (self.home / "admin-key").exists():
            given.setdefault("Authorization", f"Bearer {self.key}")
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            connection.request(method, path, raw, {k: v for k, v in given.items() if v})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        found = {name.lower(): value for name, value in answer.getheaders()}
        media = found.get("content-type", "")
        parsed = json.loads(text) if media.partition(";")[0].endswith(("/json", "+json")) else text
        if self.conformance is not None:
            self.conformance.check(method, path, answer.status, media, parsed)
        return answer.status, found, parsed

    def submit(self, prompt: str = "hello", headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
        """Submit a chat job. `demo`: the engine's switches; `body`: more of the body; the rest: fields of the job."""
        body = {"model": "demo", "messages": [{"role": "user", "content": prompt}]} | fields.pop("body", {})
        if "demo" in fields:
            body["demo"] = fields.pop("demo")
        request = {"endpoint": "/v1/chat/completions", "body": body} | fields
        status, _, job = self.request("POST", "/api/v1/jobs", request, headers)
        assert status in (200, 202), job
        return job  # type: ignore[no-any-return]

    def job(self, id: str) -> dict[str, Any]:
        status, _, job = self.request("GET", f"/api/v1/jobs/{id}")
        assert status == 200, job
        return job  # type: ignore[no-any-return]

    def finished(self, id: str, seconds: float = 30) -> dict[str, Any]:
        """The job, once it has ended."""
        wait_for(lambda: self.job(id)["status"] not in ("queued", "running"), seconds, id)
        return self.job(id)

    def reaches(self, id: str, status: str, seconds: float = 30) -> None:
        wait_for(lambda: self.job(id)["status"] == status, seconds, f"{id} {status}")

    @contextmanager
    def events(self, id: str, after: int = 0, process: str = "api", timeout: float = 30) -> Iterator[Iterator[Any]]:
        """The events of a job as (seq, type, data), by SSE; ends with the stream."""
        connection = HTTPConnection("127.0.0.1", self.ports.get(process, self.port), timeout=timeout)
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "text/event-stream"}
        connection.request("GET", f"/api/v1/jobs/{id}/events?after={after}", headers=headers)
        try:
            yield _frames(connection.getresponse())
        finally:
            connection.close()

    def all_events(self, id: str, after: int = 0, process: str = "api") -> list[Any]:
        with self.events(id, after, process) as events:
            return list(events)


def _frames(response: Any) -> Iterator[Any]:
    fields: dict[str, str] = {}
    for raw in response:
        line = raw.decode().rstrip("\n")
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield int(fields["id"]), fields["event"], json.loads(fields["data"])
            fields = {}


def text_of(events: list[Any]) -> str:
    """What a reader of these events has at the end, by the rules: delta appends, snapshot replaces, reset voids."""
    text = ""
    for _, type, data in events:
        if type == "delta":
            assert data["offset"] == len(text), (data, text)
            text += data["text"]
        elif type == "snapshot":
            text = data["text"]
        elif type == "reset":
            text = ""
    return text


def pids_of(parent: int) -> list[int]:
    """The children of a process."""
    return [child.pid for child in psutil.Process(parent).children()]
