"""Files of 200 MB: how fast they come and go, in how much memory, and what others wait for meanwhile."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import psutil

from bench.measure import percentile
from bench.place import Place, place
from bench.result import Row

MB = 1_000_000

#: Both ends of a transfer, in a process of their own: `python -m bench.files up|down PORT KEY SIZE|ID`.
BOUNDARY = "millrace-bench"

FORM = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="in.jsonl"\r\n\r\n'
).encode()

END = f"\r\n--{BOUNDARY}--\r\n".encode()

#: Looks different in every megabyte, and breaks lines as JSON lines do.
LINES = b"".join(
    b'{"custom_id": "%06d", "body": {"x": "%s"}}\n' % (n, os.urandom(400).hex().encode()) for n in range(1000)
)


def upload(port: int, key: str, size: int) -> str:
    """Send a file; its id."""
    connection = HTTPConnection("127.0.0.1", port, timeout=300)
    connection.putrequest("POST", "/v1/files")
    connection.putheader("Authorization", f"Bearer {key}")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(len(FORM) + size + len(END)))
    connection.endheaders()
    connection.send(FORM)
    for sent in range(0, size, len(LINES)):
        connection.send(LINES[: min(len(LINES), size - sent)])
    connection.send(END)
    answer = connection.getresponse()
    body = answer.read().decode()
    assert answer.status == 200, body
    return body.split('"id":"')[1].split('"')[0]


def download(port: int, key: str, id: str) -> str:
    """Receive it, and throw it away; how many bytes came."""
    connection = HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("GET", f"/v1/files/{id}/content", headers={"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    size = 0
    while piece := answer.read(1 << 16):
        size += len(piece)
    return str(size)


class Watch:
    """What happens to the API process while a block runs: its memory and CPU, and how long others wait, if any ask."""

    def __init__(self, here: Place, asking: bool = True) -> None:
        self._port, self._pid, self._key, self._asking = here.platform.port, here.pids["api"], here.key, asking
        self._over = threading.Event()
        self.waits: list[float] = []
        self.peak = 0

    def __enter__(self) -> "Watch":
        self.before, self.cpu_before, self.begun = self._resident(), self._cpu(), time.perf_counter()
        self._threads = [threading.Thread(target=each) for each in (self._ask, self._look)[not self._asking :]]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds, self.cpu = time.perf_counter() - self.begun, self._cpu() - self.cpu_before
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _members(self) -> list[psutil.Process]:
        root = psutil.Process(self._pid)
        return [root, *root.children(recursive=True)]

    def _resident(self) -> int:
        return sum(each.memory_info().rss for each in self._members())

    def _cpu(self) -> float:
        """Seconds on a core, by the scheduler: ticks miss what only runs between them."""
        tasks = [task for each in self._members() for task in Path(f"/proc/{each.pid}/task").iterdir()]
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self.peak = max(self.peak, self._resident())

    def _ask(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not self._over.wait(0.003):
            begun = time.perf_counter()
            connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {self._key}"})
            connection.getresponse().read()
            self.waits.append((time.perf_counter() - begun) * 1000)

    def speed(self, what: str, size: int) -> list[Row]:
        return [
            Row(f"{what}", size / MB / self.seconds, "MB/s"),
            Row(f"{what}: CPU of the API, a MB", self.cpu / size * MB * 1000, "ms"),
        ]

    def rows(self, what: str, idle: "Watch") -> list[Row]:
        return [
            Row(
                f"{what}: memory grew by", max(0, self.peak - self.before) / MB, "MB", most=15.0, promise="under 15 MB"
            ),
            Row(f"{what}: another request, p50", percentile(self.waits, 50), "ms", percentile(idle.waits, 50), "idle"),
            Row(f"{what}: another request, p99", percentile(self.waits, 99), "ms", percentile(idle.waits, 99), "idle"),
            Row(f"{what}: another request, slowest", max(self.waits), "ms", max(idle.waits), "idle"),
        ]


def run(quick: bool) -> list[Row]:
    size = (20 if quick else 200) * MB
    with place() as here:
        _transfer(here, "up", str(MB))
        with Watch(here) as idle:
            time.sleep(2)
        rows = []
        for asking in (True, False):
            with Watch(here, asking) as up:
                id = _transfer(here, "up", str(size))
            with Watch(here, asking) as down:
                assert _transfer(here, "down", id) == str(size)
            for what, watch in (("upload", up), ("download", down)):
                rows += watch.rows(what, idle) if asking else watch.speed(what, size)
    return rows


def _transfer(here: Place, direction: str, what: str) -> str:
    command = (sys.executable, "-m", "bench.files", direction, str(here.platform.port), here.key, what)
    return subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]
    ).stdout.strip()


if __name__ == "__main__":
    directions: dict[str, Callable[[int, str, str], str]] = {
        "up": lambda port, key, size: upload(port, key, int(size)),
        "down": download,
    }
    print(directions[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:]))
