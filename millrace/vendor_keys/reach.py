"""What a vendor key is for: an engine at its own address, or one model at that model's."""

from dataclasses import dataclass

from millrace.catalog.catalog import Model, catalog
from millrace.engines.addresses import server_of, url_of
from millrace.errors import InvalidField, NotFound

#: The engines that ask servers, which may want a key.
ENGINES = ("openai", "anthropic", "compatible", "ollama")


@dataclass(frozen=True, slots=True)
class Reach:
    """An engine; without a model, those of its models that are where the engine is."""

    engine: str
    model: str = ""

    @property
    def id(self) -> str:
        """`openai`, or `openai/gpt-5`."""
        return f"{self.engine}/{self.model}" if self.model else self.engine


def parsed(id: str) -> Reach:
    """What an id says. Raises NotFound."""
    engine, slash, model = id.partition("/")
    if engine not in ENGINES or bool(slash) != bool(model) or not id.isprintable() or len(model) > 200:
        raise NotFound(f"A key is for one of {', '.join(ENGINES)}, or for a model of it: <engine>/<model>.")
    return Reach(engine, model)


def server(reach: Reach) -> str:
    """The one server that a key for this may be sent to, as the catalog has it now. Raises InvalidField."""
    found = _server_of_model(reach) if reach.model else server_of(url_of(reach.engine))
    if not found:
        engine = reach.engine
        message = f"{engine} has no address of its own: set a key for one of its models, {engine}/<model>."
        raise InvalidField(message, param="id")
    return found


def _server_of_model(reach: Reach) -> str:
    model = catalog().models.get(reach.model)
    if model is None:
        raise InvalidField(f"No model is named {reach.model!r}. GET /api/v1/models lists those there are.", param="id")
    if model.engine != reach.engine:
        right = f"set the key for {model.engine}/{reach.model}" if model.engine in ENGINES else "it takes no key"
        raise InvalidField(f"{reach.model} is reached by the engine {model.engine}: {right}.", param="id")
    return server_of_model(model)


def server_of_model(model: Model) -> str:
    """Where a model's calls go."""
    return server_of(url_of(model.engine, model.url))


def at_home(model: Model) -> bool:
    """Whether it is where its engine is, so that a key for the engine is one for it."""
    return server_of_model(model) == server_of(url_of(model.engine))
