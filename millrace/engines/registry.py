"""The engine of a model: made at its first call, kept for its next."""

import threading

from millrace.engines.addresses import url_of
from millrace.engines.engine import Engine
from millrace.engines.failures import Refused
from millrace.engines.model import Model
from millrace.settings import settings

_lock = threading.Lock()
_made: dict[str, tuple[Model, Engine]] = {}


def engine_for(model: Model) -> Engine:
    """The engine that reaches this model; another one where the catalog has changed it. Raises Refused."""
    with _lock:
        known = _made.get(model.name)
        if known and (known[0] is model or known[0] == model):
            return known[1]
        try:
            engine = _engine(model)
        except ValueError as cause:
            raise Refused(f"The catalog's entry of this model is wrong: {cause}.", code="backend_config") from cause
        _made[model.name] = (model, engine)
        return engine


def _engine(model: Model) -> Engine:
    """Imported on demand: a worker of one lane needs one kind."""
    if model.engine == "demo":
        from millrace.engines.demo.engine import Demo

        return Demo(model.name)
    if model.engine == "ollama":
        from millrace.engines.ollama.engine import Ollama

        return Ollama(url_of(model.engine, model.url), key_env=model.key_env, options=model.options)
    if model.engine == "local":
        from millrace.engines.local.engine import Local

        return Local(model)
    if model.engine == "compatible":
        from millrace.engines.compatible import Compatible

        return Compatible(model.url, key_env=model.key_env)
    if model.engine == "openai":
        return _openai(model)
    if model.engine == "anthropic":
        return _anthropic(model)
    raise ValueError(f"there is no engine {model.engine!r}")


def _openai(model: Model) -> Engine:
    """A model with a key of its own has an account of its own."""
    from millrace.engines.openai import OpenAI

    url, known = url_of(model.engine, model.url), settings()
    if model.key_env:
        return OpenAI(url, key_env=model.key_env)
    account = {"organization": known.openai_org_id, "project": known.openai_project_id}
    return OpenAI(url, key=known.openai_api_key, **account)


def _anthropic(model: Model) -> Engine:
    from millrace.engines.anthropic.engine import Anthropic

    url, key = url_of(model.engine, model.url), "" if model.key_env else settings().anthropic_api_key
    return Anthropic(url, key_env=model.key_env, key=key, max_output=model.max_output, options=model.options)
