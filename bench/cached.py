"""Answers from the cache: 50 readers, each hit a durable job that is metered, beside LiteLLM answering from its own."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from bench import client, loop
from bench.calls import One
from bench.client import Connection
from bench.litellm import Proxy, proxy
from bench.measure import median, percentile
from bench.place import Place, place
from bench.result import Row

READERS = 50
GREEDY = f"hits, {READERS} readers as fast as they can"

#: Requests a second of all of them together, where they do not ask as fast as they can.
PACE = 1000

#: Different questions, asked in turn.
QUESTIONS = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """Hits a second, the milliseconds of each, and CPU milliseconds of one."""

    per_second: float
    took: list[float]
    cpu_ms: float


def _asked(here: Place) -> list[bytes]:
    questions = (f"What turns wheel {number}?" for number in range(QUESTIONS))
    bodies = ({"model": "mock", "temperature": 0, "messages": [{"role": "user", "content": q}]} for q in questions)
    return [client.post("/v1/chat/completions", body, Authorization=f"Bearer {here.key}") for body in bodies]


def _hits(here: Place, mark: bytes) -> One:
    """One answer, milliseconds; `mark` is a header that only a hit has."""
    turns = _in_turn(_asked(here))

    async def one(connection: Connection) -> float:
        request, begun = next(turns), perf_counter()
        answer = await connection.ask(request)
        assert answer.status == 200 and mark in answer.raw, answer.raw
        return (perf_counter() - begun) * 1000

    return one


def _in_turn(requests: list[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests


def _paced(one: One, readers: int, per_second: float) -> One:
    """The same, each reader in its own rhythm; a late one does not catch up."""
    pause = readers / per_second

    async def paced(connection: Connection) -> float:
        begun = perf_counter()
        took = await one(connection)
        await asyncio.sleep(max(0.0, pause - (perf_counter() - begun)))
        return took

    return paced


def _calm(here: Place, port: int, count: int, mark: bytes) -> list[float]:
    return loop.run(client.load(port, READERS, count, _paced(_hits(here, mark), READERS, PACE)))[1]


def _measure(here: Place, target: Place | Proxy, port: int, count: int, mark: bytes) -> Measured:
    before = target.cpu()
    seconds, took = loop.run(client.load(port, READERS, count, _hits(here, mark)))
    return Measured(count / seconds, took, (target.cpu() - before) * 1000 / count)


def run(quick: bool) -> list[Row]:
    requests, rounds = (3000, 1) if quick else (10_000, 3)
    ours: list[Measured] = []
    theirs: list[Measured] = []
    calm: list[float] = []
    with place() as here, proxy(here.upstream_port, 2, cached=True) as peer:
        # Both know every answer before it counts: each of LiteLLM's workers keeps its own.
        _measure(here, here, here.platform.port, 4 * QUESTIONS, b"")
        _measure(here, peer, peer.port, 8 * QUESTIONS, b"")
        for _ in range(rounds):
            ours.append(_measure(here, here, here.platform.port, requests, b"x-millrace-cache: hit"))
            theirs.append(_measure(here, peer, peer.port, requests // 10, b"x-litellm-cache-key"))
            calm += _calm(here, here.platform.port, requests, b"x-millrace-cache: hit")
    paced = f"hits, 50 readers, {PACE:,} requests/s in all: p95"
    return [*_rows(ours, theirs), Row(paced, percentile(calm, 95), "ms", most=20.0, promise="under 20 ms")]


def _rows(ours: list[Measured], theirs: list[Measured]) -> list[Row]:
    name = "LiteLLM, 2 workers, its local cache"
    rate, peer = (median(each.per_second for each in found) for found in (ours, theirs))
    cpu, their_cpu = (median(each.cpu_ms for each in found) for found in (ours, theirs))
    took, their = ([ms for each in found for ms in each.took] for found in (ours, theirs))
    spread = {share: (percentile(took, share), percentile(their, share)) for share in (50, 95, 99)}
    return [
        Row("hits", rate, "requests/s", peer, name),
        Row("hits: times LiteLLM's rate", rate / peer, "x", least=5.0, promise="at least 5 times"),
        Row("hits: CPU", cpu, "ms", their_cpu, name),
        Row(f"{GREEDY}: p50", spread[50][0], "ms", spread[50][1], name),
        Row(f"{GREEDY}: p95", spread[95][0], "ms", spread[95][1], name, most=20.0, promise="under 20 ms"),
        Row(f"{GREEDY}: p99", spread[99][0], "ms", spread[99][1], name),
    ]
