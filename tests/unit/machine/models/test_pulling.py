"""A pull in a process of its own."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import pytest

from millrace.machine import discover
from millrace.machine.models.pull import PullError
from millrace.machine.models.pulling import Pulling
from millrace.settings import Settings
from tests.fakes.file_server import CONTENT, SHA256, FileServer
from tests.machine import ROOT, children, wait_for


@pytest.fixture
def files(own: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with FileServer() as made:
        yield made


def test_its_steps_are_told_and_the_model_is_there(files: FileServer, own: Settings) -> None:
    steps = [step for step in Pulling(f"{files.url}/whole.gguf", SHA256).steps() if step]
    assert steps[-2].have == steps[-2].total == len(CONTENT)
    assert (steps[-1].step, steps[-1].model, steps[-1].listed) == ("done", "whole", True)
    assert (own.home / "models" / "whole.gguf").read_bytes() == CONTENT
    assert "whole" in discover.catalog().models


def test_who_leaves_ends_it_and_keeps_what_came(files: FileServer, own: Settings) -> None:
    with closing(Pulling(f"{files.url}/stuck", SHA256).steps()) as steps:
        assert next(step for step in steps if step and step.have)
    wait_for(lambda: not children(os.getpid(), "pull"), 10, "the child has ended")
    assert (own.home / "models" / "stuck.gguf.part").stat().st_size
    *_, last = Pulling(f"{files.url}/stuck", SHA256).steps()
    assert last and last.step == "done" and files.asked[-1] > 0


def test_two_at_once_do_not_spoil_the_file(files: FileServer, own: Settings) -> None:
    with closing(Pulling(f"{files.url}/stuck", SHA256).steps()) as first:
        next(first)
        with pytest.raises(PullError, match="another process") as refused:
            list(Pulling(f"{files.url}/stuck", SHA256).steps())
        assert refused.value.code == "busy"
    *_, last = Pulling(f"{files.url}/stuck", SHA256).steps()
    assert last and (own.home / "models" / "stuck.gguf").read_bytes() == CONTENT


@pytest.mark.parametrize(("name", "code"), [("nobody", "unknown"), ("--help", "unknown"), ("-x", "unknown")])
def test_why_it_cannot_be_is_told_whatever_the_name_looks_like(files: FileServer, name: str, code: str) -> None:
    with pytest.raises(PullError, match="No file is pinned") as refused:
        list(Pulling(name).steps())
    assert refused.value.code == code


def test_a_child_that_is_killed_is_a_failure_and_not_a_silence(files: FileServer) -> None:
    steps = Pulling(f"{files.url}/stuck", SHA256).steps()
    next(steps)
    os.kill(children(os.getpid(), "pull")[0].pid, signal.SIGKILL)
    with pytest.raises(PullError, match="killed"):
        list(steps)
