"""The logs of all processes on one terminal: `name | line`, each process in its own colour."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

#: ANSI colours that can be read on black and on white.
COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92", "95")

#: Bytes of one file that are read before the others get their turn.
TURN = 1 << 16


class Tail:
    """One log file, read from where it is now, across rotations."""

    def __init__(self, path: Path, from_start: bool = False) -> None:
        self.path = path
        self.rest = b""
        self.file = None if from_start else self._open()
        if self.file:
            self.file.seek(0, os.SEEK_END)

    def lines(self) -> list[str]:
        """The whole lines that came since the last call."""
        if self.file is None:
            self.file = self._open()
        data = self.file.read(TURN) if self.file else b""
        if not data and self._rotated():
            self.file = self._open()
        *whole, self.rest = (self.rest + data).split(b"\n")
        return [line.decode(errors="replace") for line in whole]

    def _open(self):  # type: ignore[no-untyped-def]
        with suppress(FileNotFoundError):
            return self.path.open("rb", buffering=0)
        return None

    def _rotated(self) -> bool:
        if not self.file:
            return False
        with suppress(FileNotFoundError):
            now, ours = self.path.stat(), os.fstat(self.file.fileno())
            return now.st_ino != ours.st_ino or now.st_size < self.file.tell()
        return False


class Logs:
    """The logs of several processes, merged as they come."""

    def __init__(self, paths: dict[str, Path], out: TextIO = sys.stdout) -> None:
        self.tails = {name: Tail(path) for name, path in paths.items()}
        self.out = out
        self.width = max((len(name) for name in paths), default=0)

    def pump(self) -> bool:
        """Print what is new; False when nothing was."""
        some = False
        for number, (name, tail) in enumerate(self.tails.items()):
            lines = tail.lines()
            some = some or bool(lines)
            self.out.writelines(self._prefixed(number, name, lines))
        if some:
            self.out.flush()
        return some

    def _prefixed(self, number: int, name: str, lines: Iterable[str]) -> Iterable[str]:
        prefix = f"{name:<{self.width}} | "
        if self.out.isatty():
            prefix = f"\x1b[{COLOURS[number % len(COLOURS)]}m{prefix}\x1b[0m"
        return (f"{prefix}{line}\n" for line in lines)


def last_lines(path: Path, count: int = 20) -> list[str]:
    """The end of a log, for when something failed."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TURN))
            return file.read().decode(errors="replace").splitlines()[-count:]
    except OSError:
        return []
