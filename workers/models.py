"""`python -m workers models [NAME...]`: the process that holds local models (GGUF files) for pools that ask."""

from millrace import telemetry
from millrace.catalog.catalog import Catalog, Model, catalog
from millrace.engines.local import llama
from millrace.machine.models.prepare import missing, prepare

log = telemetry.logger(__name__)


def main(arguments: list[str]) -> None:
    """`models [NAME...]`."""
    telemetry.configure()
    hold(arguments[1:])


def hold(names: list[str]) -> None:
    """Hold the catalog's models of those names, or all that have a file; end at once where there is none."""
    found = catalog()
    local = {name: model for name, model in found.models.items() if model.engine == "local" and not model.url}
    unknown = [name for name in names if name not in local]
    if unknown:
        raise SystemExit(f"The catalog has no model with the engine local and a path named {', '.join(unknown)}.")
    wanted = [_with_slots(found, local[name]) for name in names or local]
    if wanted:
        # What has to be made first keeps nobody else waiting.
        llama.serve(sorted(wanted, key=missing), prepare)
    else:
        log.info("the catalog has no local model")


def _with_slots(found: Catalog, model: Model) -> Model:
    """Unless its options say otherwise, llama.cpp works on as many requests at a time as the lane sends."""
    slots = found.lanes[model.lane].slots
    return model.model_copy(update={"options": {"n_parallel": slots, **model.options}})
