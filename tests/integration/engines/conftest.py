"""The backends of the contract suite: each engine with something real at the other end."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from millrace.catalog.catalog import Model, read
from millrace.engines.anthropic.engine import Anthropic
from millrace.engines.compatible import Compatible
from millrace.engines.demo.engine import Demo
from millrace.engines.engine import Engine
from millrace.engines.local.engine import Local
from millrace.engines.ollama.engine import Ollama
from millrace.engines.openai import OpenAI
from millrace.settings import settings
from tests.fakes import tiny_model
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.ollama_server import OllamaServer
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.server import Fake

ROOT = Path(__file__).parents[3]

CATALOG = """
[lanes."local.tiny"]
pool = "local"
slots = 2

[[models]]
name = "tiny/model"
engine = "local"
lane = "local.tiny"
path = "tiny.gguf"
context = 65536
options = { n_threads = 1, warmup = false }

[[models]]
name = "tiny-embed"
engine = "local"
lane = "local.tiny"
path = "tiny.gguf"
context = 256
capabilities = ["embeddings"]
options = { n_threads = 1, warmup = false, pooling = "mean" }

[[models]]
name = "broken"
engine = "local"
lane = "local.tiny"
path = "nowhere.gguf"
"""


def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait until it holds."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if condition():
            return True
        pause.wait(0.01)
    return False


@dataclass
class Backend:
    """An engine, and how to make its backend behave; a behaviour that is missing does not apply to it."""

    engine: Engine
    #: The same engine with nobody at the other end.
    unreachable: Engine
    model: str
    #: None where the backend has no embeddings.
    embedder: Engine | None
    #: More fields of the body, by behaviour: slow, hang, hang_mid, torn, bad.
    behaviours: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Waits until the backend works on a call, and until it has noticed that the client left.
    working: Callable[[], bool] = lambda: True
    deserted: Callable[[], bool] = lambda: True


def _switched(server: Fake, engine: Engine, unreachable: Engine, wrap: Callable[[dict[str, Any]], Any]) -> Backend:
    behaviours = {name: wrap({"mode": name}) for name in ("hang", "hang_mid", "torn", "garbage")}
    behaviours["slow"] = wrap({"tokens": 1000, "interval_ms": 20})
    return Backend(
        engine,
        unreachable,
        "m",
        engine,
        behaviours | {"bad": {"messages": 5}},
        working=lambda: server.wait_for("running", 1),
        deserted=lambda: server.wait_for("deserted", 1, 1.0),
    )


@pytest.fixture
def closed_port() -> str:
    """The URL of a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def demo() -> Backend:
    slow, hang = {"tokens": 1000, "rate": 20}, {"fail": "hang"}
    torn, garbage = {"fail": "mid_stream", "rate": 0}, {"fail": "garbage"}
    # A token every two seconds is silence between tokens.
    behaviours = {"slow": slow, "hang": hang, "hang_mid": {"rate": 0.5}, "torn": torn, "garbage": garbage}
    found: dict[str, dict[str, Any]] = {name: {"demo": given} for name, given in behaviours.items()}
    return Backend(Demo(), Refusing(), "demo", Demo(), found | {"bad": {"messages": 5}})


class Refusing(Demo):
    """The demo with its `refused` switch on."""

    def run(self, call: Any) -> Any:
        call.body["demo"] = {"fail": "refused"}
        return super().run(call)


@pytest.fixture
def compatible(closed_port: str) -> Iterator[Backend]:
    with OpenAIServer() as server:
        engine = Compatible(f"{server.url}/v1")
        yield _switched(server, engine, Compatible(closed_port), lambda how: {"fake": how})


@pytest.fixture
def openai(closed_port: str) -> Iterator[Backend]:
    with OpenAIServer(keys=["sk-1"]) as server:
        unreachable = OpenAI(closed_port, key="sk-1")
        yield _switched(server, OpenAI(f"{server.url}/v1", key="sk-1"), unreachable, lambda how: {"fake": how})


@pytest.fixture
def anthropic(closed_port: str) -> Iterator[Backend]:
    with AnthropicServer(keys=["sk-ant-1"]) as server:
        # What stands under `anthropic` goes to the backend as it is.
        engine, unreachable = Anthropic(server.url, key="sk-ant-1"), Anthropic(closed_port, key="sk-ant-1")
        backend = _switched(server, engine, unreachable, lambda how: {"anthropic": {"fake": how}})
        backend.embedder = None
        yield backend


@pytest.fixture
def ollama(closed_port: str) -> Iterator[Backend]:
    with OllamaServer() as server:
        # The fake reads its switches among Ollama's options, so that they come from the engine's own.
        engine = Switchable(server)
        yield _switched(server, engine, Ollama(closed_port), lambda how: {"fake": how})


class Switchable(Ollama):
    """Ollama's engine; what a body says under `fake` becomes what its server does."""

    def __init__(self, server: Fake) -> None:
        super().__init__(server.url)
        self._server = server

    def run(self, call: Any) -> Any:
        self._server.defaults = call.body.get("fake") or {}
        return super().run(call)


@dataclass
class Holder:
    """A process that holds local models."""

    process: subprocess.Popen[bytes]
    home: Path
    models: dict[str, Model]

    def engine(self, name: str) -> Local:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MILLRACE_HOME", str(self.home))
            settings.cache_clear()
            engine = Local(self.models[name])
        settings.cache_clear()
        return engine

    def address(self, name: str) -> Path:
        return self.home / "run" / name

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


def start_holder(home: Path, *names: str, catalog: str = CATALOG) -> Holder:
    """Start one, and wait until it has tried each model, or has ended."""
    (home / "models").mkdir(parents=True, exist_ok=True)
    (home / "models.toml").write_text(catalog)
    if not (home / "models" / "tiny.gguf").exists():
        tiny_model.make(home / "models" / "tiny.gguf")
    environment = os.environ | {"MILLRACE_HOME": str(home), "PYTHONPATH": str(ROOT), "GRACE_SECONDS": "0.5"}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers", "models", *names], env=environment, cwd=home, stderr=log
        )
    models = read(ROOT / "millrace" / "catalog" / "models.toml", home / "models.toml").models
    holder = Holder(process, home, models)
    ready = eventually(lambda: b"not loaded" in (home / "log").read_bytes() or process.poll() is not None, 20)
    assert ready, (home / "log").read_text()
    return holder


@pytest.fixture(scope="package")
def holder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holder]:
    pytest.importorskip("xllamacpp")
    # All of the catalog's local models, of which one is broken and does the others no harm.
    started = start_holder(tmp_path_factory.mktemp("local"))
    yield started
    started.stop()


@pytest.fixture
def local(holder: Holder, tmp_path: Path) -> Backend:
    engine = holder.engine("tiny/model")
    slow = {"max_tokens": 60_000, "ignore_eos": True}
    idle = Holder(holder.process, tmp_path, holder.models).engine("tiny/model")
    return Backend(
        engine,
        idle,
        "tiny/model",
        holder.engine("tiny-embed"),
        {"slow": slow, "bad": {"messages": 5}},
        working=lambda: eventually(lambda: busy(engine)),
        deserted=lambda: eventually(lambda: not busy(engine), 1.0),
    )


def busy(engine: Local) -> bool:
    """Whether llama.cpp works on anything."""
    from millrace.engines.answers.documents import DECODER
    from millrace.engines.engine import Deadlines, Line

    with engine._engine()._ask("GET", "/slots", b"", Deadlines(), Line()) as reply:
        return any(slot["is_processing"] for slot in DECODER.decode(reply.read().decode()))


@pytest.fixture(params=["demo", "compatible", "openai", "anthropic", "ollama", "local"])
def backend(request: pytest.FixtureRequest) -> Backend:
    found: Backend = request.getfixturevalue(request.param)
    return found
