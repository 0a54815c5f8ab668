"""The contract of an engine: a call goes in; deltas come out, then one answer, or a failure of one of four kinds."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds: to connect, to the first byte, between two reads, and for the whole call."""

    connect: float = 5.0
    first_byte: float = 120.0
    idle: float = 60.0
    total: float = 600.0


class Line:
    """The connection of one running call to its backend, so that another thread can close it (cancel)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._close: Callable[[], None] | None = None
        #: True once the call was cut; an engine that sees it raises Aborted.
        self.cut_off = False

    def holds(self, close: Callable[[], None]) -> None:
        """The engine says how its connection is closed. Runs it at once where the line was cut already."""
        with self._lock:
            self._close = close
            cut = self.cut_off
        if cut:
            close()

    def released(self) -> None:
        """The engine is done with the connection: it goes back to a pool and must not be closed any more."""
        with self._lock:
            self._close = None

    def cut(self) -> None:
        """Close the connection, now or as soon as there is one. Safe from any thread, and more than once."""
        with self._lock:
            self.cut_off = True
            close, self._close = self._close, None
        if close is not None:
            close()


@dataclass(slots=True)
class Call:
    """One request for one backend.

    `endpoint` is OpenAI's path (`/v1/chat/completions`, `/v1/completions`, `/v1/embeddings`), `body` in its shape, as
    the user sent it; `model` the name under which the backend knows the model; `stream` whether deltas are wanted.
    """

    endpoint: str
    body: dict[str, Any]
    model: str
    stream: bool
    deadlines: Deadlines = field(default_factory=Deadlines)
    line: Line = field(default_factory=Line)
    #: Which attempt of the job this is, from 1: the demo engine fails on request by it.
    attempt: int = 1
    #: The API key that the job's tenant brought for this backend; it wins over the platform's.
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of text of one choice; `extra` is what else OpenAI's delta carried (tool_calls, logprobs, refusal...)."""

    text: str
    choice: int = 0
    extra: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the backend counted them; where it does not count, the engine estimates and says so."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer: a body in OpenAI's (not streaming) shape, and what it used."""

    body: dict[str, Any]
    usage: Usage


class Engine(Protocol):
    """`run` yields Deltas (none when `call.stream` is false), then exactly one Answer; or raises a Failure."""

    def run(self, call: Call) -> Iterator[Delta | Answer]: ...

    def models(self) -> list[str]:
        """The names of the models that the backend has now. Raises Unavailable."""
        ...
