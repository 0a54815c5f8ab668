"""Striking processes down, and bringing them back as a supervisor does."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from tests.machine import wait_for
from tests.platform import Platform

SERVERS = ("postgres", "redis")


def answers(platform: Platform) -> bool:
    """True when both servers do."""
    return platform.postgres_answers() and platform.redis_answers()


def runs(platform: Platform, name: str) -> bool:
    process = platform.processes.get(name) or platform.servers.get(name)
    return process is not None and process.poll() is None


def bring_back(platform: Platform, *names: str) -> None:
    """Start what is dead; return when it answers."""
    for name in names:
        if runs(platform, name):
            continue
        if name not in SERVERS:
            platform.start_process(name)
            continue
        platform.start_server(name)
        answers = platform.postgres_answers if name == "postgres" else platform.redis_answers
        wait_for(answers, 60, name)


@contextmanager
def supervised(platform: Platform, *names: str) -> Iterator[Callable[[str], None]]:
    """Meanwhile, whatever dies is brought back at once, also what ends by itself. Yields what kills one (-9)."""
    done = threading.Event()
    # A start is waited for, so nothing is struck down in the middle of one.
    starting = threading.Lock()

    def supervise() -> None:
        while not done.wait(0.1):
            with starting:
                bring_back(platform, *SERVERS, *names)

    def strike(name: str) -> None:
        with starting:
            platform.kill(name)

    supervisor = threading.Thread(target=supervise, daemon=True)
    supervisor.start()
    try:
        yield strike
    finally:
        done.set()
        supervisor.join(60)


def kill_all(platform: Platform, *names: str) -> None:
    """kill -9 of all of them at once."""
    processes = [platform.processes.get(name) or platform.servers[name] for name in names]
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()


def mend(platform: Platform, *names: str) -> None:
    """Servers and these processes run, and nothing else."""
    for name, process in {**platform.servers, **platform.processes}.items():
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            if name not in (*names, *SERVERS):
                platform.kill(name)
    bring_back(platform, *SERVERS, *names)


def ends_warmly(platform: Platform, name: str) -> int:
    """SIGTERM; how it exited, which it must do before its supervisor loses patience."""
    platform.processes[name].send_signal(signal.SIGTERM)
    return platform.processes[name].wait(float(platform.extra["GRACE_SECONDS"]) + 1)


def waits_for_work(platform: Platform, name: str) -> None:
    """Wait until this worker holds a lease: it takes jobs from now on."""
    alive = "SELECT 1 FROM processes WHERE %s IN (pid, parent) AND expires_at > now()"
    wait_for(lambda: platform.sql(alive, platform.processes[name].pid), 30, f"{name} at work")


def streams(platform: Platform, model: str, *apis: str) -> None:
    """Wait until the platform is its old self: through each of its doors a job runs, and its text comes live."""
    for api in apis:
        wait_for(lambda api=api: _streams(platform, model, api), 60, f"a live stream through {api}")


def _streams(platform: Platform, model: str, api: str) -> bool:
    body = {"model": model, "messages": [{"role": "user", "content": "ready?"}], "demo": {"tokens": 3, "rate": 50}}
    request = {"endpoint": "/v1/chat/completions", "body": body}
    status, _, job = platform.request("POST", "/api/v1/jobs", request, process=api)
    if status != 202:
        return False
    # Ended, it is read at once, and shows deltas only if they went through Redis.
    platform.finished(job["id"])
    return "delta" in [type for _, type, _ in platform.all_events(job["id"], process=api)]


def children(platform: Platform, name: str) -> list[psutil.Process]:
    return psutil.Process(platform.processes[name].pid).children(recursive=True)
