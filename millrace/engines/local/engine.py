"""A GGUF file, run by llama.cpp in a process of ours (llama.py) and reached through the compatible engine."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from millrace.engines.compatible import EMBEDDINGS, Compatible
from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Unavailable
from millrace.engines.local.embeddings import embed
from millrace.engines.model import Model
from millrace.settings import settings


class Local:
    """llama.cpp behind the compatible engine; always streaming, for it does not see the client of another call leave.

    `url` of the model says where its process is, where another container runs it; else its address file does.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._file = address_file(model.name)
        self._fixed = Compatible(model.url, key_env=model.key_env, always_stream=True) if model.url else None
        self._known: tuple[str, Compatible] | None = None

    def run(self, call: Call) -> Iterator[Delta | Answer]:
        """See Engine. Raises each kind of Failure."""
        try:
            server = self._engine()
            yield from embed(server, self._model, call) if call.endpoint == EMBEDDINGS else server.run(call)
        except Unavailable as failure:
            raise _stopped() if failure.status is None else failure from failure

    def models(self) -> list[str]:
        """The one model that the process holds."""
        return self._engine().models()

    def _engine(self) -> Compatible:
        """The address is read anew for each call: the process has another port after each start."""
        if self._fixed:
            return self._fixed
        try:
            written = self._file.read_text(encoding="ascii")
        except (OSError, ValueError) as cause:
            raise _stopped() from cause
        if self._known is None or self._known[0] != written:
            url, _, key = written.strip().partition("\n")
            self._known = written, Compatible(url, key=key, always_stream=True)
        return self._known[1]


def address_file(name: str) -> Path:
    """Where the process of that model says its URL, and in a second line the key that it wants."""
    return settings().home / "run" / f"{quote(name, safe='')}.addr"


def publish(file: Path, text: str) -> None:
    """Write it whole or not at all, for our user's eyes only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, made = tempfile.mkstemp(dir=file.parent, prefix=".addr-")
    with os.fdopen(descriptor, "w", encoding="ascii") as written:
        written.write(text)
    Path(made).replace(file)


def _stopped() -> Unavailable:
    return Unavailable("The model's process is not running.")
