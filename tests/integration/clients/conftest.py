"""The Python client and its command, against the shared platform."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from millrace_client import Millrace
from millrace_client.command.main import app
from typer.testing import CliRunner

from tests.machine import ROOT
from tests.people import Person, register
from tests.platform import Platform


@pytest.fixture(scope="package")
def person(platform: Platform) -> Person:
    """Somebody with an account and a tenant of their own."""
    return register(platform)


@pytest.fixture(scope="package")
def key(person: Person) -> str:
    return person.key()[1]["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def url(platform: Platform) -> str:
    return f"http://127.0.0.1:{platform.port}"


@pytest.fixture
def client(url: str, key: str) -> Iterator[Millrace]:
    with Millrace(key, url) as made:
        yield made


class Command:
    """`millrace ...` as a user has it: its own configuration, no terminal."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        path = os.pathsep.join((str(ROOT), str(ROOT / "clients" / "python")))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MILLRACE")}
        self.environment = kept | {"XDG_CONFIG_HOME": str(home), "PYTHONPATH": path} | environment

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "millrace_client", *arguments]
        given = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
        return subprocess.Popen(command, env=self.environment, cwd=self.home, **given)

    def __call__(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        started = self.start(*arguments)
        said, wrong = started.communicate(given, timeout=60)
        return subprocess.CompletedProcess(arguments, started.returncode, said, wrong)

    def inside(self, *arguments: str) -> str:
        """The same, without the second that a process of its own takes to begin."""
        done = CliRunner().invoke(app, arguments, env=self.environment)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    def did(self, *arguments: str, given: str = "") -> str:
        """What it printed; it must have succeeded."""
        done = self(*arguments, given=given)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout


@pytest.fixture
def millrace(tmp_path: Path, url: str, key: str) -> Command:
    """Signed in by the environment."""
    return Command(tmp_path, MILLRACE_URL=url, MILLRACE_API_KEY=key, MILLRACE_MODEL="demo")
