"""Streams: submit, then watch the job's events. When the first text comes, and how many go through, beside direct."""

from dataclasses import dataclass

from bench import calls, client, loop
from bench.measure import percentile
from bench.place import Place, place
from bench.result import Row

#: First token after 50 ms, 100 tokens 5 ms apart: 0.55 s.
USER = "mock:first=50,tokens=100,interval=5"


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds to the first text, streams a second, and CPU milliseconds of the platform a stream."""

    first: list[float]
    per_second: float
    cpu_ms: float


def _measure(here: Place, port: int, abreast: int, count: int, one: calls.One) -> Measured:
    before = here.cpu()
    seconds, first = loop.run(client.load(port, abreast, count, one))
    return Measured(first, count / seconds, (here.cpu() - before) * 1000 / count)


def _both(here: Place, abreast: int, count: int) -> tuple[Measured, Measured]:
    ours = _measure(here, here.platform.port, abreast, count, calls.streamed(here, USER))
    return ours, _measure(here, here.upstream_port, abreast, count, calls.streamed_directly(here, USER))


def run(quick: bool) -> list[Row]:
    alone, twenty, hundred = (10, 100, 300) if quick else (60, 600, 1500)
    with place() as here:
        _both(here, 4, 8)
        rows = _first_text("alone", *_both(here, 1, alone), most=10.0)
        rows += _first_text("20 streams", *_both(here, 20, twenty), most=25.0)
        ours, direct = _both(here, 100, hundred)
    rows += _first_text("100 streams", ours, direct)
    beside = {"beside": direct.per_second, "peer": "direct"}
    share = ours.per_second / direct.per_second * 100
    return [
        *rows,
        Row("100 streams", ours.per_second, "streams/s", **beside),  # type: ignore[arg-type]
        Row("100 streams: share of direct", share, "%", least=80.0, promise="at least 80 %"),
        Row("100 streams: CPU a stream", ours.cpu_ms, "ms"),
    ]


def _first_text(what: str, ours: Measured, direct: Measured, most: float | None = None) -> list[Row]:
    rows = []
    for share, bound in ((50, most), (99, None)):
        straight = percentile(direct.first, share)
        added = percentile(ours.first, share) - straight
        promised = {"most": bound, "promise": f"under {bound:.0f} ms"} if bound else {}
        rows.append(Row(f"{what}: first text, added p{share}", added, "ms", straight, "direct, in all", **promised))
    return rows
