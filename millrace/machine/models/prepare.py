"""What must be true of a model's file before llama.cpp loads it."""

from pathlib import Path

from millrace import telemetry
from millrace.engines.local.embed import MODEL
from millrace.engines.local.parameters import Unloadable
from millrace.engines.model import Model
from millrace.machine.models import hashes, minilm
from millrace.settings import settings

log = telemetry.logger(__name__)


def prepare(model: Model) -> None:
    """Make the embedding model if it is missing, and look at the hash of any other. Raises Unloadable."""
    file = settings().home / "models" / model.path
    if model.name == MODEL and file == minilm.file():
        _embedding_model(file)
    elif file.is_file() and _verdict(file) == "wrong":
        raise Unloadable(
            f"{file} is not the file that was fetched, its SHA-256 differs: `millrace models pull {model.name}`"
            f" fetches it again; if you changed it yourself, remove {hashes.sidecar(file).name}"
        )


def missing(model: Model) -> bool:
    """Whether the file has yet to be made: others are loaded first."""
    return not (settings().home / "models" / model.path).is_file()


def _embedding_model(file: Path) -> None:
    if not minilm.wanted():
        raise Unloadable("EMBEDDINGS=off")
    if file.is_file() and _verdict(file) != "wrong":
        return
    source = minilm.source()
    if source is None:
        raise Unloadable(f"there is no usable {file}: `millrace models pull {MODEL}` makes it")
    log.info("made from its weights, once", model=MODEL, file=str(file))
    try:
        minilm.make(source)
    except minilm.NotMade as failure:
        raise Unloadable(str(failure)) from failure


def _verdict(file: Path) -> str:
    try:
        return hashes.verdict(file)
    except OSError as cause:
        raise Unloadable(f"{file} cannot be read: {cause}") from cause
