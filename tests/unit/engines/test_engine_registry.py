"""The engine of a model is made once."""

import pytest

from millrace.catalog.catalog import Model
from millrace.engines.anthropic.engine import Anthropic
from millrace.engines.compatible import Compatible
from millrace.engines.demo.engine import Demo
from millrace.engines.failures import Refused
from millrace.engines.local.engine import Local
from millrace.engines.ollama.engine import Ollama
from millrace.engines.openai import OpenAI
from millrace.engines.registry import engine_for


def model(engine: str, **fields: object) -> Model:
    return Model.model_validate({"name": f"a {engine}", "engine": engine, "lane": "x", "url": "http://h", **fields})


KINDS = {
    "demo": Demo,
    "compatible": Compatible,
    "openai": OpenAI,
    "anthropic": Anthropic,
    "ollama": Ollama,
    "local": Local,
}


@pytest.mark.parametrize(("engine", "kind"), KINDS.items())
def test_each_kind(engine: str, kind: type) -> None:
    assert type(engine_for(model(engine))) is kind


def test_one_engine_a_model_until_the_catalog_changes_it() -> None:
    first = engine_for(model("compatible"))
    assert engine_for(model("compatible")) is first
    assert engine_for(model("compatible", url="http://other")) is not first


def test_a_url_that_is_none_says_so() -> None:
    with pytest.raises(Refused, match="is no http"):
        engine_for(model("compatible", name="b", url="nowhere"))
