"""The process that holds local models: its start, its end, and what callers see when it is gone."""

import signal
from pathlib import Path

import pytest

from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Broken, Unavailable
from tests.integration.engines.conftest import Holder, start_holder

pytest.importorskip("xllamacpp")

MESSAGES = [{"role": "user", "content": "hi"}]


def call(max_tokens: int = 60_000) -> Call:
    body = {"messages": MESSAGES, "max_tokens": max_tokens, "ignore_eos": True}
    return Call("/v1/chat/completions", body, "tiny/model", stream=True)


def test_the_address_is_for_our_user_alone_and_the_port_wants_its_key(holder: Holder) -> None:
    file = holder.address("tiny%2Fmodel.addr")
    assert file.stat().st_mode & 0o777 == 0o600
    url, key = file.read_text().split()
    assert url.startswith("http://127.0.0.1:") and len(key) > 20


def test_a_model_that_cannot_be_loaded_is_one_line(holder: Holder) -> None:
    lines = [line for line in (holder.home / "log").read_text().splitlines() if "broken" in line]
    assert len(lines) == 1 and "there is no file" in lines[0]
    assert not holder.address("broken.addr").exists()


def test_a_kill_in_mid_stream_is_broken_and_then_an_outage(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    engine = holder.engine("tiny/model")
    running = engine.run(call())
    assert isinstance(next(running), Delta)
    holder.stop(signal.SIGKILL)
    with pytest.raises(Broken):
        list(running)
    with pytest.raises(Unavailable, match="not running"):
        list(engine.run(call()))
    again = start_holder(tmp_path)
    *_, answer = engine.run(call(max_tokens=3))
    assert isinstance(answer, Answer), "the next process has another port and another key"
    again.stop()


def test_sigterm_lets_what_runs_come_to_its_end(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    running = holder.engine("tiny/model").run(call(max_tokens=600))
    assert isinstance(next(running), Delta)
    holder.process.send_signal(signal.SIGTERM)
    assert isinstance([*running][-1], Answer)
    assert holder.process.wait(5) == 0
    assert not holder.address("tiny%2Fmodel.addr").exists()


def test_sigterm_waits_no_longer_than_the_grace(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    running = holder.engine("tiny/model").run(call())
    assert isinstance(next(running), Delta)
    assert holder.stop() == 0
    with pytest.raises(Broken):
        list(running)


def test_names_that_the_catalog_does_not_have_are_one_line(tmp_path: Path) -> None:
    holder = start_holder(tmp_path, "nobody")
    assert holder.process.wait(10) == 1
    assert (tmp_path / "log").read_text().count("\n") == 1


def test_without_a_local_model_it_ends_at_once(tmp_path: Path) -> None:
    assert start_holder(tmp_path, catalog="").process.wait(10) == 0
