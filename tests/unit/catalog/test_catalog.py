"""The catalog: what is wrong with a file is said with its place, and the user's file wins."""

from pathlib import Path

import pytest

from millrace.catalog.catalog import SHIPPED, CatalogError, read
from millrace.errors import UnknownModel

LANE = '[lanes."x"]\n'
MODEL = '[[models]]\nname = "m"\nengine = "demo"\nlane = "x"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[lanes", "Expected"),
        (LANE + "slots = 0\n", "slots"),
        (LANE + "slots = 100000\n", "slots"),
        (LANE + "kept = -1\n", "kept"),
        (LANE + "speed = 1\n", "speed"),
        ('[lanes."No Such Name"]\n', "name"),
        (MODEL, "lane 'x'"),
        (LANE + MODEL + 'fallback = ["nobody"]\n', "'nobody'"),
        (LANE + MODEL + 'fallback = ["m"]\n', "no other model"),
        (LANE + MODEL + "price = { input = -1 }\n", "price"),
        (LANE + MODEL.replace("demo", "magic"), "engine"),
        (LANE + MODEL + "context = 0\n", "context"),
        (LANE + MODEL + "colour = 1\n", "colour"),
        (LANE + MODEL.replace('name = "m"\n', ""), "name"),
        ("models = 3\n", ""),
        ('models = ["m"]\n', ""),
        ("lanes = 3\n", ""),
        ("[lanes]\nx = 3\n", ""),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(CatalogError) as refused:
        read(SHIPPED, path)
    assert says in str(refused.value)
    assert "mine.toml" in str(refused.value) or "'m'" in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogError, match=r"mine\.toml"):
        read(path)


def test_the_users_file_wins_by_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[lanes."remote.demo"]\nslots = 3\n' + LANE + MODEL.replace('"m"', '"demo"'))
    found = read(SHIPPED, path)
    assert found.lanes["remote.demo"].slots == 3
    assert found.model("demo").lane == "x"
    assert [lane.name for lane in found.lanes_of("remote")] == ["remote.demo", "x"]


def test_who_names_an_unknown_model_is_told_where_to_look() -> None:
    with pytest.raises(UnknownModel, match="GET /api/v1/models") as refused:
        read(SHIPPED).model("x" * 10_000)
    assert refused.value.param == "body.model" and len(refused.value.message) < 400


@pytest.mark.parametrize(
    ("entry", "private"),
    [
        ('engine = "demo"', True),
        ('engine = "local"', True),
        ('engine = "openai"', False),
        ('engine = "anthropic"\nurl = "http://127.0.0.1:9100"', False),
        ('engine = "compatible"\nurl = "http://127.0.0.1:8000/v1"', True),
        ('engine = "compatible"\nurl = "http+unix://%2Frun%2Fllm.sock"', True),
        ('engine = "compatible"\nurl = "https://localhost.example.com"', False),
        ('engine = "compatible"\nurl = "http://10.0.0.7:8000"', False),
        ('engine = "compatible"\nurl = "http://10.0.0.7:8000"\nprivate = true', True),
        ('engine = "compatible"\nurl = "http://[::1"', False),
        ('engine = "ollama"', True),
        ('engine = "ollama"\nupstream = "gpt-oss:120b-cloud"', False),
        ('engine = "ollama"\nurl = "http://gpu1:11434"', False),
        ('engine = "demo"\nprivate = false', False),
    ],
)
def test_what_stays_in_the_house_is_told_by_the_entry(tmp_path: Path, entry: str, private: bool) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(LANE + MODEL.replace('engine = "demo"', entry))
    assert read(path).model("m").private is private


def test_a_model_may_name_who_answers_instead_and_what_it_costs(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    more = 'fallback = ["demo"]\nmax_output = 64000\nprice = { input = 3, output = 15, cached = 0.3 }\n'
    path.write_text(LANE + MODEL + more)
    found = read(SHIPPED, path).model("m")
    assert (found.fallback, found.max_output) == (("demo",), 64_000)
    assert found.price and (found.price.input, found.price.output, found.price.cached) == (3.0, 15.0, 0.3)
