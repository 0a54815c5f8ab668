"""OpenAI's door: chat completions through `/v1`, with keys, limits and a durable job each, beside a LiteLLM proxy."""

from dataclasses import dataclass

from bench import calls, client, loop
from bench.litellm import Proxy, proxy
from bench.measure import median, percentile
from bench.place import Place, place
from bench.result import Row

CONNECTIONS = 32

#: First token after 50 ms, 100 tokens 5 ms apart.
STREAM = "mock:first=50,tokens=100,interval=5"


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second, and CPU milliseconds of one."""

    per_second: float
    cpu_ms: float


def _whole(here: Place, target: Place | Proxy, port: int, count: int) -> Measured:
    before = target.cpu()
    seconds, _ = loop.run(client.load(port, CONNECTIONS, count, calls.chat(here)))
    return Measured(count / seconds, (target.cpu() - before) * 1000 / count)


def _first(here: Place, port: int, abreast: int, count: int) -> list[float]:
    return loop.run(client.load(port, abreast, count, calls.chat_streamed(here, STREAM)))[1]


def run(quick: bool) -> list[Row]:
    requests, streams, rounds = (1500, 40, 1) if quick else (6000, 200, 3)
    ours: list[Measured] = []
    theirs: list[Measured] = []
    first: dict[str, list[float]] = {}
    with place() as here, proxy(here.upstream_port, 2) as peer:
        ports = {"ours": here.platform.port, "direct": here.upstream_port, "litellm": peer.port}
        _whole(here, here, here.platform.port, 300)
        _whole(here, peer, peer.port, 300)
        for _ in range(rounds):
            ours.append(_whole(here, here, here.platform.port, requests))
            theirs.append(_whole(here, peer, peer.port, requests // 6))
            for name, port in ports.items():
                first.setdefault(name, []).extend(_first(here, port, 20, streams))
    return [*_rates(ours, theirs), *_firsts(first)]


def _rates(ours: list[Measured], theirs: list[Measured]) -> list[Row]:
    rate, peer = median(each.per_second for each in ours), median(each.per_second for each in theirs)
    cpu, their_cpu = median(each.cpu_ms for each in ours), median(each.cpu_ms for each in theirs)
    name = "LiteLLM, 2 workers"
    return [
        Row("chat completion", rate, "requests/s", peer, name),
        Row("chat completion: times LiteLLM's rate", rate / peer, "x", least=4.0, promise="at least 4 times"),
        Row("chat completion: CPU", cpu, "ms", their_cpu, name),
    ]


def _firsts(first: dict[str, list[float]]) -> list[Row]:
    straight = {share: percentile(first["direct"], share) for share in (50, 99)}
    rows = []
    for share, promised in ((50, {"most": 30.0, "promise": "under 30 ms"}), (99, {})):
        added, theirs = (percentile(first[name], share) - straight[share] for name in ("ours", "litellm"))
        what = f"20 streams: first token, added p{share}"
        rows.append(Row(what, added, "ms", theirs, "LiteLLM, 2 workers", **promised))  # type: ignore[arg-type]
    return rows
