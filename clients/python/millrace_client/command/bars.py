"""Bars, on a terminal only."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


@contextmanager
def uploading(path: Path) -> Iterator[IO[bytes]]:
    """The open file, with a bar that shows how far it was read."""
    if not sys.stderr.isatty():
        with path.open("rb") as file:
            yield file
        return
    from rich.console import Console
    from rich.progress import open as opened

    with opened(path, "rb", description=path.name, console=Console(stderr=True), transient=True) as file:
        yield file


class BatchBar:
    """How far a batch is, its rate, and when it should end; without a terminal, a line whenever it has changed."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._said = ""

    def __enter__(self) -> "BatchBar":
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[how]}"),
            )
            self._bar = Progress(*columns, console=Console(stderr=True))
            self._bar.start()
            self._task = self._bar.add_task("", total=None, how="")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, batch: Any) -> None:
        counts = batch["request_counts"]
        done, state = counts["completed"] + counts["failed"], "paused" if batch["paused"] else batch["status"]
        if self._bar:
            total = counts["total"] or None
            self._bar.update(self._task, description=state, completed=done, total=total, how=how(batch))
        elif (line := f"{state} {done}/{counts['total']} {how(batch)}".rstrip()) != self._said:
            self._said = line
            print(line, file=sys.stderr, flush=True)


def how(batch: Any) -> str:
    """`12.5/s, 3 min left, 2 failed`, as far as it is known."""
    from millrace_client.command.showing import duration

    now, failed = batch["progress"] or {}, batch["request_counts"]["failed"]
    rate, left = now.get("lines_per_second"), duration(now.get("eta_seconds"))
    parts = (f"{rate:.1f}/s" if rate else "", f"{left} left" if left else "", f"{failed} failed" if failed else "")
    return ", ".join(part for part in parts if part)
