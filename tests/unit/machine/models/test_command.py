"""`millrace models`, as an operator and a program use it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from millrace.machine.command import app
from millrace.settings import Settings
from tests.fakes.file_server import CONTENT, SHA256, FileServer
from tests.machine import ROOT, wait_for


@pytest.fixture
def files(own: Settings) -> Iterator[FileServer]:
    with FileServer() as made:
        yield made


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["models", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_program_reads_each_step(files: FileServer) -> None:
    steps = [
        json.loads(line) for line in run("pull", f"{files.url}/whole.gguf", "--sha256", SHA256, "--json").splitlines()
    ]
    assert steps[-1]["step"] == "done" and steps[-2]["have"] == len(CONTENT)
    listed = {one["name"]: one for one in json.loads(run("ls", "--json"))}
    assert listed["whole"]["bytes"] == len(CONTENT) and listed["demo"]["engine"] == "demo"
    states = json.loads(run("status", "--json"))
    assert [(one["model"], one["state"]) for one in states] == [("whole", "stopped")]
    assert "Removed" in run("rm", "whole")


def test_a_person_sees_a_table(files: FileServer) -> None:
    run("pull", f"{files.url}/whole.gguf", "--sha256", SHA256)
    assert "whole" in run("ls") and "stopped" in run("status")


def test_ctrl_c_keeps_what_came(files: FileServer, own: Settings) -> None:
    command = [
        sys.executable,
        "-m",
        "millrace.machine.command",
        "models",
        "pull",
        f"{files.url}/stuck",
        "--sha256",
        SHA256,
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    part = own.home / "models" / "stuck.gguf.part"
    # A shell in the background leaves its children deaf to Ctrl-C.
    hears = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=hears) as pulling:
        wait_for(lambda: part.exists() and part.stat().st_size, 30, "the first bytes")
        pulling.send_signal(signal.SIGINT)
        said = pulling.communicate(timeout=20)[1]
    assert pulling.returncode == 130
    assert "goes on from there" in said and "Traceback" not in said
    assert part.stat().st_size
    run("pull", f"{files.url}/stuck", "--sha256", SHA256)
    assert (own.home / "models" / "stuck.gguf").read_bytes() == CONTENT


def test_what_cannot_be_had_is_one_line(own: Settings) -> None:
    command = [sys.executable, "-m", "millrace.machine.command", "models", "pull", "nobody"]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "nobody" in done.stderr
