"""The picture is one well-formed file that runs and loads nothing, whatever a model is called."""

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from millrace.comparisons import picture
from millrace.comparisons.figures import figures
from millrace.comparisons.find import Comparison
from tests.unit.comparisons.test_figures import answer, call

SVG = "{http://www.w3.org/2000/svg}"

HOSTILE = [
    '"/><script>alert(1)</script>', "</style><image href='http://evil.example/'/>", "a\x00b\x1b[31m", "\ud800",
    "\u202eabc", "x" * 200, "&lt;&#0;",
]  # fmt: skip


def comparison(models: list[str], **fields: Any) -> Comparison:
    given = {"api_key": None, "user": None, "prompt_set": "default", "prompts_hash": "0" * 16, "prompts": 1}
    given |= {
        "rounds": 1,
        "max_tokens": 9,
        "temperature": 0.0,
        "jobs": 2,
        "ended": 1,
        "cancel_requested": False,
        "outcome": None,
    }
    given |= {"summary": None, "created_at": datetime(2026, 1, 2, tzinfo=UTC), "finished_at": None}
    return Comparison(id="0" * 32, tenant="t", models=models, **(given | fields))  # type: ignore[arg-type]


def drawn(models: list[str], calls: list[Any]) -> ElementTree.Element:
    svg = picture.draw(comparison(models), figures(models, calls))
    return ElementTree.fromstring(svg.encode())


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_only_text(name: str) -> None:
    root = drawn([name, "m"], [answer(model=name, category="format-x"), call()])
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {"svg", "style", "rect", "text", "title", "path"}
    shape = {"x", "y", "width", "height", "rx", "d", "viewBox"}
    looks = {"class", "xmlns", "font-family", "font-size", "text-anchor"}
    assert {attribute for each in root.iter() for attribute in each.attrib} <= shape | looks
    assert "url(" not in "".join(root.itertext()) and "@import" not in "".join(root.itertext())


def test_it_shows_every_figure_and_which_is_best() -> None:
    slow = [answer(model="slow", first_ms=1500, ran_ms=2500, score=0.25, nanos=2_500_000)]
    root = drawn(["m", "slow"], [answer(), *slow])
    texts = {text.text: text.get("class") for text in root.iter(f"{SVG}text")}
    assert {"m", "slow", "100 ms / 100 ms", "1.5 s / 1.5 s", "$0.0025", "25 % of 1"} <= set(texts)
    assert {"0 of 1", "50.0 (of 1)"} <= set(texts)
    assert texts["100 ms / 100 ms"] == "ink best" and texts["1.5 s / 1.5 s"] == "ink"
    assert "prefers-color-scheme:dark" in "".join(root.itertext())


def test_bars_are_as_long_as_what_they_show() -> None:
    root = drawn(["a", "b"], [answer(model="a", ran_ms=400), answer(model="b", ran_ms=800)])
    bars = [float(bar.get("width") or 0) for bar in root.iter(f"{SVG}rect") if bar.get("class") == "bar"]
    # First token, then the whole answer: of a and of b.
    assert bars[0] == bars[1] and bars[2] == pytest.approx(bars[3] / 2, abs=0.1)


def test_there_is_a_picture_before_anything_was_measured() -> None:
    root = drawn(["a"], [call(model="a")])
    assert "running, 1 of 2 calls" in "".join(root.itertext())
