"""LiteLLM's proxy, beside which the OpenAI door is measured: in an environment of its own, without database or keys.

That is its light case: ours counts keys, limits, quotas and a durable job for every request.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection

from bench.measure import cpu_seconds
from tests.machine import free_port, wait_for

VERSION = "1.106.2"

#: It checks no keys.
NO_KEYS = {"LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"}

#: Where it is installed, once: its dependencies must not mix with ours. LITELLM names another place.
HOME = Path(os.environ.get("LITELLM") or Path.home() / ".cache" / "millrace-bench" / f"litellm-{VERSION}")

CONFIG = """
model_list:
  - model_name: mock
    litellm_params: {{model: openai/mock, api_base: "http://127.0.0.1:{port}/v1", api_key: none}}
litellm_settings: {{telemetry: false, drop_params: false{cache}}}
"""

CACHE = ", cache: true, cache_params: {type: local}"


class Proxy:
    """A running proxy."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self.process = process

    def cpu(self) -> float:
        return cpu_seconds([self.process.pid])


@contextmanager
def proxy(upstream: int, workers: int, *, cached: bool = False) -> Iterator[Proxy]:
    """Started in front of the upstream, and stopped at the end. `cached`: in its own memory, its fastest cache."""
    _install()
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write(CONFIG.format(port=upstream, cache=CACHE if cached else ""))
        config.flush()
        command = [HOME / "bin" / "litellm", "--config", config.name, "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(
            [*map(str, command), "--num_workers", str(workers)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True"} | NO_KEYS,
        )
        try:
            wait_for(lambda: _listens(port), 120, "LiteLLM")
            yield Proxy(port, process)
        finally:
            process.terminate()
            process.wait(20)


def _install() -> None:
    if (HOME / "bin" / "litellm").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
    subprocess.run([HOME / "bin" / "pip", "install", "-q", f"litellm[proxy]=={VERSION}"], check=True)


def _listens(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False
