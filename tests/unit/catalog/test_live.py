"""The table over the files: it wins by name, hides what it deleted, and nothing in it can stop a process."""

import json
from pathlib import Path
from typing import Any

from millrace.catalog.catalog import Catalog, read
from millrace.catalog.live import over
from millrace.catalog.quality import quality

FILES = """
[lanes."x"]
[[models]]
name = "a"
engine = "demo"
lane = "x"
fallback = ["b"]
[[models]]
name = "b"
engine = "openai"
lane = "x"
[[aliases]]
name = "mine"
models = ["a", "b"]
"""


def made(tmp_path: Path, *table: tuple[str, str, dict[str, Any] | None]) -> Catalog:
    path = tmp_path / "models.toml"
    path.write_text(FILES)
    return over(read(path), [(kind, name, None if entry is None else json.dumps(entry)) for kind, name, entry in table])


def test_the_table_wins_by_name_and_adds(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        ("lane", "y", {"slots": 3}),
        ("model", "a", {"engine": "demo", "lane": "y", "context": 5}),
        ("model", "c", {"engine": "ollama", "lane": "x"}),
        ("alias", "mine", {"aim": "fast"}),
    )
    assert (found.model("a").lane, found.model("a").context, found.lanes["y"].slots) == ("y", 5, 3)
    assert found.model("c").private and found.aliases["mine"].aim == "fast"


def test_what_is_deleted_is_hidden_and_nothing_names_it_any_more(tmp_path: Path) -> None:
    found = made(tmp_path, ("model", "b", None), ("alias", "mine", None))
    assert list(found.models) == ["a"] and found.model("a").fallback == ()
    assert "mine" not in found.aliases and found.aliases["best"].aim == "best"


def test_what_cannot_be_used_is_passed_over(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        ("model", "c", {"engine": "magic", "lane": "x"}),
        ("model", "d", {"engine": "demo", "lane": "nowhere"}),
        ("lane", "No Such", {}),
        ("alias", "e", {"aim": "wrong"}),
    )
    assert set(found.models) == {"a", "b"} and set(found.lanes) == {"x"} and "e" not in found.aliases


def test_a_lane_that_is_gone_takes_its_models_along(tmp_path: Path) -> None:
    assert not made(tmp_path, ("lane", "x", None)).models


def test_a_model_wins_over_an_alias_of_its_name(tmp_path: Path) -> None:
    found = made(tmp_path, ("model", "best", {"engine": "demo", "lane": "x"}))
    assert found.alias("best") is None and found.alias("fast") is not None and "best" not in found.aliases


def test_quality_is_what_the_entry_says_or_else_taken_from_the_price(tmp_path: Path) -> None:
    found = made(tmp_path, ("model", "b", {"engine": "openai", "lane": "x", "quality": 12}))
    assert quality(found.model("b"), 75.0) == 12 and quality(found.model("a"), None) == 0
    plain = made(tmp_path).model("b")
    assert [round(quality(plain, price)) for price in (None, 0.6, 10.0, 75.0, 1e9)] == [40, 46, 71, 96, 100]
