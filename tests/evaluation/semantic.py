"""How good the semantic cache is: `python -m tests.evaluation.semantic` writes its table into docs/caches.md.

Each pair of paraphrases.jsonl is a question that was answered and one that comes after it. A hit is right where both
mean the same. `--wrong` shows which hits of the tune half are not; the held-out half is only counted.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from millrace.cache.agreement import agree
from millrace.engines.local.embed import embed
from millrace.machine import entries
from millrace.machine.models import minilm
from millrace.settings import Settings, settings
from tests.evaluation.sets import HERE
from tests.machine import ROOT, wait_for

PAGE = HERE.parents[1] / "docs" / "caches.md"

HALVES = {"tune": "tune half", "held_out": "held-out half"}

THRESHOLDS = (0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)

#: Seconds that one text may take.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions, whether they mean the same, the cosine of their vectors, and whether their words agree."""

    half: str
    same: bool
    one: str
    other: str
    likeness: float
    agrees: bool

    def hit(self, threshold: float, guarded: bool) -> bool:
        return self.likeness >= threshold and (self.agrees or not guarded)


@contextmanager
def model() -> Iterator[None]:
    """MiniLM in a process of its own, and the settings that lead to it."""
    source = minilm.source()
    if source is None:
        raise SystemExit("MiniLM's weights are not installed: make embeddings")
    with tempfile.TemporaryDirectory(prefix="mr-") as home:
        os.environ |= {"MILLRACE_HOME": home, "EMBEDDINGS": "on"}
        settings.cache_clear()
        (Path(home) / "models").mkdir()
        (Path(home) / "models.toml").write_text('[lanes."cpu.embed"]\nslots = 1\n' + entries.entry(minilm.entry()))
        minilm.build(source, minilm.file(), minilm.pinned()["files"])
        process = subprocess.Popen([sys.executable, "-m", "workers", "models"], cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            wait_for((Path(home) / "run" / f"{minilm.MODEL}.addr").exists, 60, "MiniLM")
            yield
        finally:
            process.terminate()
            process.wait(30)


def pairs() -> list[Pair]:
    rows = [json.loads(line) for line in (HERE / "paraphrases.jsonl").read_text("utf-8").splitlines()]
    with model():
        vectors = {text: _vector(text) for text in sorted({row[side] for row in rows for side in "ab"})}
    return [_pair(row, vectors) for row in rows]


def _vector(text: str) -> list[float]:
    found = embed([text], PATIENCE)
    assert found is not None, text
    return found[0]


def _pair(row: dict[str, str], vectors: dict[str, list[float]]) -> Pair:
    one, other = row["a"], row["b"]
    likeness = sum(x * y for x, y in zip(vectors[one], vectors[other], strict=True))
    return Pair(row["half"], bool(row["same"]), one, other, likeness, agree(one, other))


def table(found: list[Pair]) -> str:
    """Markdown: a line a threshold; for each half, by likeness alone and with agreement."""
    head = [f"{name}, {how}" for name in HALVES.values() for how in ("likeness alone", "with agreement")]
    lines = ["| threshold | " + " | ".join(head) + " |", "| --- |" + " --- |" * len(head)]
    default = Settings.model_fields["semantic_threshold"].default
    for threshold in THRESHOLDS:
        cells = [_cell(found, half, threshold, guarded) for half in HALVES for guarded in (False, True)]
        shown = f"**{threshold:.2f}**" if threshold == default else f"{threshold:.2f}"
        lines.append(f"| {shown} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(found: list[Pair], half: str, threshold: float, guarded: bool) -> str:
    own = [pair for pair in found if pair.half == half]
    hits = [pair for pair in own if pair.hit(threshold, guarded)]
    right = sum(pair.same for pair in hits)
    precision = f"{right / len(hits):.3f}" if hits else "-"
    return f"{precision} ({right} of {len(hits)}), {right / sum(pair.same for pair in own):.1%}"


def main(arguments: list[str]) -> None:
    found = pairs()
    made = table(found)
    print(made)
    marked = re.compile(r"(<!-- semantic -->\n).*?(<!-- end -->)", re.DOTALL)
    PAGE.write_text(marked.sub(lambda place: f"{place[1]}{made}\n{place[2]}", PAGE.read_text("utf-8")), "utf-8")
    if "--wrong" in arguments:
        wrong = [pair for pair in found if pair.half == "tune" and pair.agrees and not pair.same]
        print("", *(f"{pair.likeness:.3f} {pair.one} | {pair.other}" for pair in wrong), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
