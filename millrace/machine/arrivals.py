"""Before the processes start: the catalog gets the models that are here now, for they read it once."""

from rich.console import Console
from rich.markup import escape

from millrace.engines.local.embed import MODEL
from millrace.machine import entries, vendors
from millrace.machine.models import minilm


def list_models(console: Console) -> None:
    """The embedding model, and what the vendors' variables name; one line for each that is new."""
    _embedding_model(console)
    added = entries.add(vendors.models())
    if added:
        names = ", ".join(added[:5]) + (f" and {len(added) - 5} more" if len(added) > 5 else "")
        console.print(f"New in the catalog: {escape(names)}.")


def _embedding_model(console: Console) -> None:
    """Made by the process that holds it, so that the start need not wait."""
    if not minilm.wanted():
        if entries.forget(MODEL):
            console.print(f"{MODEL} is out of the catalog: EMBEDDINGS=off.")
    elif not minilm.file().exists() and minilm.source() is None:
        console.print(f"No embedding model: `millrace models pull {MODEL}` fetches it; EMBEDDINGS=off does without.")
    else:
        entries.add([minilm.entry()])
        if not minilm.file().exists():
            console.print(f"{MODEL}: made meanwhile from its weights, once; `millrace models status` says when.")
