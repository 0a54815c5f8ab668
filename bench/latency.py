"""What the whole path adds to one request at a time over calling the upstream: warm, and after the lane slept."""

import time

from bench import calls, client, loop
from bench.measure import percentile
from bench.place import Place, place
from bench.result import Row

#: Seconds after which a dispatcher has left its empty lane.
ASLEEP = 3.2


def _alternating(here: Place, count: int) -> tuple[list[float], list[float]]:
    """Ours and direct, in turns of fifty."""
    ours: list[float] = []
    direct: list[float] = []
    for _ in range(max(1, count // 50)):
        ours += loop.run(client.load(here.platform.port, 1, 50, calls.waited(here)))[1]
        direct += loop.run(client.load(here.upstream_port, 1, 50, calls.direct(here)))[1]
    return ours, direct


def _asleep(here: Place, count: int) -> list[float]:
    found = []
    for _ in range(count):
        time.sleep(ASLEEP)
        found += loop.run(client.load(here.platform.port, 1, 1, calls.waited(here)))[1]
    return found


def run(quick: bool) -> list[Row]:
    with place() as here:
        _alternating(here, 200)
        ours, direct = _alternating(here, 300 if quick else 3000)
        woken = _asleep(here, 3 if quick else 15)
    straight = {share: percentile(direct, share) for share in (50, 99)}

    def row(what: str, found: list[float], share: int, **more: object) -> Row:
        beside = {"beside": straight[share], "peer": "direct, in all"}
        return Row(f"{what}: added p{share}", percentile(found, share) - straight[share], "ms", **beside, **more)  # type: ignore[arg-type]

    return [
        row("alone, warm", ours, 50, most=5.0, promise="under 5 ms"),
        row("alone, warm", ours, 99),
        row("after the lane slept", woken, 50),
    ]
