"""A platform whose models are a fake of a vendor over a real socket, and OpenAI's own client in front of it."""

from collections.abc import Iterator

import pytest
from openai import OpenAI

from tests.fakes.openai_server import OpenAIServer
from tests.platform import Platform

CATALOG = """
[lanes."remote.vendor"]
slots = 64
kept = 4

[[models]]
name = "vendor"
engine = "compatible"
lane = "remote.vendor"
url = "{url}"
capabilities = ["chat", "completions", "embeddings", "tools", "vision", "json"]
context = 32768
"""


@pytest.fixture(scope="package")
def vendor() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture(scope="package")
def mill(vendor: OpenAIServer) -> Iterator[Platform]:
    """Nothing in it is killed."""
    made = Platform()
    (made.home / "models.toml").write_text(CATALOG.format(url=vendor.url))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def client(mill: Platform) -> Iterator[OpenAI]:
    """As a user would make it: another base URL and key, and nothing else."""
    with OpenAI(base_url=f"http://127.0.0.1:{mill.port}/v1", api_key=mill.key, max_retries=0, timeout=30) as made:
        yield made
