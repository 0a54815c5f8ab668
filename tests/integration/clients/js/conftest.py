"""Programs in JavaScript, as a user writes them, run by Node against the shared platform."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import javascript
from tests.integration.clients.cutting import Cutter

#: Nothing of the browser's own goes out.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

#: What every program begins with. `tell` is how it answers.
PRELUDE = """
import * as millrace from "millrace-client";
const { MillraceClient, verify } = millrace;
const client = new MillraceClient();
const tell = (value) => console.log(JSON.stringify(value));
const chat = (text = "hello", demo = {}) =>
  ({ model: "demo", messages: [{ role: "user", content: text }], demo: { tokens: 4, rate: 0, ...demo } });
const all = async (items) => { const found = []; for await (const item of items) found.push(item); return found; };
"""


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built client: `dist/`, and a folder in which its name is known."""
    return javascript.build(tmp_path_factory.mktemp("sdk"))


class Programs:
    """Call it with a program's text; it answers with what that told."""

    def __init__(self, sdk: Path, url: str, key: str) -> None:
        self.sdk, self.url, self.key = sdk, url, key
        self.port = int(url.rpartition(":")[2])

    def run(self, text: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        known = {"MILLRACE_URL": self.url, "MILLRACE_API_KEY": self.key} | environment
        return javascript.run("--input-type=module", "--eval", PRELUDE + text, folder=self.sdk, **known)

    def __call__(self, text: str, **environment: str) -> Any:
        done = self.run(text, **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def cut(self, after: int, cuts: int, text: str, **environment: str) -> Any:
        """The same, over connections of which each of the first `cuts` breaks once it has brought so many bytes."""
        with Cutter(self.port, after, cuts) as proxy:
            told = self(text, MILLRACE_URL=proxy.url, **environment)
        assert proxy.cut == cuts
        return told


@pytest.fixture
def program(sdk: Path, url: str, key: str) -> Programs:
    return Programs(sdk, url, key)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """With a profile of its own, which nothing else has seen. While it is open an event loop runs in this thread, which
    other modules may have a use for.
    """
    from playwright.sync_api import sync_playwright

    program = javascript.require("chromium", javascript.chromium())
    with sync_playwright() as playwright:
        profile = str(tmp_path_factory.mktemp("profile"))
        made = playwright.chromium.launch_persistent_context(
            profile, executable_path=program, headless=True, args=FLAGS
        )
        yield made
        made.close()
