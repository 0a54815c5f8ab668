"""A pull in a process of its own, for a process that has others to serve meanwhile.

Reading a download gives the others their turn, but hashing 4 GB, converting weights and waiting for pip do not: in a
process whose threads are green, each would stop everybody. The child is `millrace models pull --json`, so that both are
one way to get a model; it ends with whoever started it, at its next line at the latest, and keeps what came.
"""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any

from millrace.machine.models.pull import Progress, PullError
from millrace.scrubbing import without_secrets

#: Seconds between two steps of a kind, and of silence after which that is told.
EVERY, SILENCE = 0.25, 10.0

#: Seconds that the child has to end by itself.
PATIENCE = 3.0


class Pulling:
    """One pull, from its begin on."""

    def __init__(self, name: str, sha256: str = "") -> None:
        command = [sys.executable, "-m", "millrace.machine.command", "models", "pull", "--json"]
        # What comes after -- is no option, whatever it begins with.
        command += [f"--sha256={sha256}", "--", name]
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._lock = threading.Lock()
        self._stirred = threading.Event()
        self._news: list[dict[str, Any]] = []
        self._over = self._done = False
        threading.Thread(target=self._hear, name="pull", daemon=True).start()

    def steps(self) -> Iterator[Progress | None]:
        """As `pull` gives them, a few a second; None after a silence. Closing it ends the pull. Raises PullError."""
        pause = threading.Event()
        try:
            while True:
                heard = self._stirred.wait(SILENCE)
                over, news = self._taken()
                for one in news:
                    self._done = one["step"] == "done"
                    yield _step(one)
                if self._done:
                    return
                if over:
                    raise PullError(self._last_words())
                if not heard:
                    yield None
                pause.wait(EVERY)
        finally:
            self.stop()

    def stop(self) -> None:
        """End it, from any thread; what came is kept. Safe to repeat."""
        if self._child.poll() is None:
            if not self._done:
                self._child.send_signal(signal.SIGINT)
            threading.Thread(target=self._make_sure, name="pull-end", daemon=True).start()

    def _make_sure(self) -> None:
        try:
            self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _hear(self) -> None:
        """Of steps of one kind that nobody has taken yet the last will do: a slow reader costs no memory."""
        for line in _of(self._child.stdout):
            step = json.loads(line)
            with self._lock:
                if self._news and self._news[-1]["step"] == step["step"]:
                    self._news.pop()
                self._news.append(step)
            self._stirred.set()
        self._over = True
        self._stirred.set()

    def _taken(self) -> tuple[bool, list[dict[str, Any]]]:
        with self._lock:
            self._stirred.clear()
            over, taken, self._news = self._over, self._news, []
        return over, taken

    def _last_words(self) -> str:
        """Of a child that ended without saying why in its own way."""
        lines = _of(self._child.stderr).read(10_000).decode(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return without_secrets(said[-1])[:500] if said else "The process that fetched it was killed"


def _of(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _step(line: dict[str, Any]) -> Progress:
    if line["step"] == "failed":
        raise PullError(line["message"], line["code"])
    return Progress(**line)
