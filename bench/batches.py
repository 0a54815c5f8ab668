"""Batches, beside the script that people write: OpenAI's asynchronous client and a semaphore of 100.

From the first claim to the last settle, by the database's clock; our CPU is that of all processes and servers, the
script's its own. Then with an upstream that takes 200 ms, while somebody chats on the same lane; and 1,000 against
50,000 lines.
"""

import asyncio
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

from bench import calls, client, loop
from bench.measure import median, percentile, resident_mib
from bench.place import Place, place
from bench.result import Row
from tests.machine import ROOT, wait_for
from tests.payer import Payer

CROWDED = 16

ASKED = {"messages": [{"role": "user", "content": "Now?"}], "user": "mock:"}

#: Of which a hundredth is more than the slowest.
CHATS = 200

PEER = "AsyncOpenAI, semaphore of 100"

_TOOK = """
SELECT extract(epoch FROM max(finished_at) - min(started_at))::float8, count(*) FILTER (WHERE state = 'succeeded')
FROM jobs WHERE batch = %s
"""

_BEGUN = "SELECT extract(epoch FROM in_progress_at - created_at)::float8, inserted FROM batches WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Measured:
    """Lines a second, and CPU milliseconds of one."""

    per_second: float
    cpu_ms: float


class Runner:
    """Hands in batches of one platform."""

    def __init__(self, here: Place) -> None:
        self.here = here
        here.platform.start_process("batches")

    def batch(self, lines: int, user: str = "mock:", model: str = "mock") -> str:
        """Hand in, and wait until it has ended; its id in the database."""
        id = self.begin(lines, user, model)
        ended = "SELECT state FROM batches WHERE id = %s"
        wait_for(lambda: self.here.platform.sql(ended, id)[0][0] in ("completed", "failed"), 600, "the batch")
        return id

    def begin(self, lines: int, user: str, model: str = "mock") -> str:
        file = self._uploaded(lines, user, model)
        asked = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
        status, _, made = self.here.platform.request("POST", "/v1/batches", asked)
        assert status == 200, made
        return str(made["id"].removeprefix("batch_"))

    def _uploaded(self, lines: int, user: str, model: str) -> str:
        from openai import OpenAI

        raw = b"".join(_line(number, user, model) for number in range(lines))
        with OpenAI(base_url=f"http://127.0.0.1:{self.here.platform.port}/v1", api_key=self.here.key) as sdk:
            return sdk.files.create(file=("lines.jsonl", raw), purpose="batch").id

    def took(self, id: str) -> float:
        seconds, succeeded = self.here.platform.sql(_TOOK, id)[0]
        assert succeeded, id
        return float(seconds)


def _line(number: int, user: str, model: str) -> bytes:
    asked = {"model": model, "messages": [{"role": "user", "content": f"What turns wheel {number}?"}], "user": user}
    line = {"custom_id": str(number), "method": "POST", "url": "/v1/chat/completions", "body": asked}
    return json.dumps(line).encode() + b"\n"


def _script(here: Place, lines: int, user: str) -> Measured:
    command = [sys.executable, "-m", "bench.script", str(here.upstream_port), str(lines), "100", user]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return Measured(lines / found["seconds"], found["cpu"] * 1000 / lines)


def _ours(runner: Runner, lines: int, user: str = "mock:") -> Measured:
    before = runner.here.cpu()
    seconds = runner.took(runner.batch(lines, user))
    return Measured(lines / seconds, (runner.here.cpu() - before) * 1000 / lines)


def _fast(runner: Runner, lines: int, rounds: int) -> list[Row]:
    runner.batch(500)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_ours(runner, lines))
        theirs.append(_script(runner.here, lines // 4, "mock:"))
    rate, peer = median(each.per_second for each in ours), median(each.per_second for each in theirs)
    cpu, their_cpu = median(each.cpu_ms for each in ours), median(each.cpu_ms for each in theirs)
    return [
        Row("no upstream delay", rate, "lines/s", peer, PEER),
        Row("no upstream delay: times the script's", rate / peer, "x", least=4.0, promise="at least 4 times"),
        Row("no upstream delay: CPU a line, validation and files included", cpu, "ms", their_cpu, PEER),
    ]


def _slow(runner: Runner, lines: int) -> list[Row]:
    """100 slots open to batches, 4 more kept for interactive work."""
    alone = _chats(runner.here, CHATS)
    id = runner.begin(lines, "mock:delay=200", "narrow")
    done = "SELECT count(*) FROM jobs WHERE batch = %s AND state = 'succeeded'"
    wait_for(lambda: runner.here.platform.sql(done, id)[0][0] > 100, 120, "the first lines")
    beside = _chats(runner.here, CHATS)
    ended = "SELECT state FROM batches WHERE id = %s"
    wait_for(lambda: runner.here.platform.sql(ended, id)[0][0] == "completed", 600, "the batch")
    rate, most = lines / runner.took(id), 100 / 0.2
    added = percentile(beside, 99) - percentile(alone, 99)
    return [
        Row("200 ms, 100 slots", rate, "lines/s", most, "what the slots allow"),
        Row("200 ms, 100 slots: share of what they allow", 100 * rate / most, "%", least=97.0, promise="at least 97 %"),
        Row("meanwhile, a chat on the same lane: added p50", percentile(beside, 50) - percentile(alone, 50), "ms"),
        Row("meanwhile, a chat on the same lane: added p99", added, "ms", most=30.0, promise="under 30 ms"),
    ]


def _crowd(runner: Runner, lines: int) -> list[Row]:
    """Somebody else's job on the same lane, whose slots are all taken and none kept: how long until it begins."""
    id = runner.begin(lines, "mock:delay=1000", "crowded")
    running = "SELECT count(*) FROM jobs WHERE batch = %s AND state = 'running'"
    wait_for(lambda: runner.here.platform.sql(running, id)[0][0] >= CROWDED, 120, "a full lane")
    other = Payer(runner.here.platform)
    for _ in range(20):
        status, answer = other.ask("POST", "/v1/chat/completions", {"model": "crowded", **ASKED})
        assert status == 200, answer
    waited = "SELECT max(extract(epoch FROM started_at - created_at))::float8 FROM jobs WHERE tenant = %s"
    longest = 1000 * runner.here.platform.sql(waited, other.tenant)[0][0]
    runner.here.platform.request("POST", f"/v1/batches/batch_{id.replace('-', '')}/cancel")
    what = f"another tenant's job behind {lines:,} lines of 1 s in {CROWDED} slots: longest wait of 20"
    return [Row(what, longest, "ms", most=1000.0, promise="within a job's length")]


def _chats(here: Place, count: int) -> list[float]:
    request = client.post(
        "/v1/chat/completions",
        {"model": "narrow", "messages": [{"role": "user", "content": "Now?"}], "user": "mock:"},
        Authorization=f"Bearer {here.key}",
    )

    async def one(connection: client.Connection) -> float:
        found = await calls.timed(connection, request)
        await asyncio.sleep(0.05)
        return found

    return loop.run(client.load(here.platform.port, 1, count, one))[1]  # type: ignore[no-any-return]


def _growth(runner: Runner, many: int, rounds: int) -> list[Row]:
    few = 1_000
    small, large = [], []
    for _ in range(rounds):
        small.append(runner.took(runner.batch(few, "mock:delay=20")) * 1000 / few)
        large.append(runner.took(runner.batch(many, "mock:delay=20")) * 1000 / many)
    ratio = 100 * (median(large) / median(small) - 1)
    return [
        Row("time a line, 1,000 lines", median(small), "ms"),
        Row(f"time a line, {many:,} lines", median(large), "ms", median(small), "1,000 lines"),
        Row(f"a line of {many:,} over one of 1,000", ratio, "%", most=15.0, promise="within 15 %"),
    ]


def _acceptance(runner: Runner, lines: int) -> list[Row]:
    """From the upload to the last line that is a job, and the API's memory meanwhile."""
    peak: list[float] = []
    watching = threading.Event()

    def watch() -> None:
        while not watching.wait(0.2):
            peak.append(max(resident_mib(pid) for name, pid in runner.here.pids.items() if name.startswith("api")))

    thread = threading.Thread(target=watch)
    thread.start()
    from time import perf_counter

    begun = perf_counter()
    id = runner.begin(lines, "mock:delay=20")
    wait_for(lambda: runner.here.platform.sql(_BEGUN, id)[0][0] is not None, 300, "its acceptance")
    accepted = perf_counter() - begun
    wait_for(lambda: runner.here.platform.sql(_BEGUN, id)[0][1] == lines, 300, "its last line")
    inserted = perf_counter() - begun
    watching.set()
    thread.join()
    runner.here.platform.request("POST", f"/v1/batches/batch_{id.replace('-', '')}/cancel")
    return [
        Row(f"{lines:,} lines: uploaded, validated, reserved", accepted, "s", most=60.0, promise="under 60 s"),
        Row(f"{lines:,} lines: all of them jobs", inserted, "s"),
        Row("memory of an API process meanwhile, at most", max(peak), "MiB", most=300.0, promise="under 300 MiB"),
    ]


def run(quick: bool) -> list[Row]:
    with place(extra=NARROW) as here:
        runner = Runner(here)
        rows = _fast(runner, *((2_000, 1) if quick else (10_000, 3)))
        rows += _slow(runner, 3_000 if quick else 10_000)
        rows += _crowd(runner, 2_000 if quick else 20_000)
        rows += _growth(runner, *((5_000, 1) if quick else (50_000, 3)))
        rows += _acceptance(runner, 10_000 if quick else 50_000)
    return rows


#: The same upstream behind a lane of which 100 slots are open to batches, and behind one that keeps none for anybody.
NARROW: dict[str, Any] = {"narrow": {"slots": 104, "kept": 4}, "crowded": {"slots": CROWDED, "kept": 0}}
