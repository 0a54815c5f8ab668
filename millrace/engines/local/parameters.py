"""A local model's catalog entry as llama.cpp's parameters."""

import os
from typing import Any

from millrace.engines.model import Model
from millrace.settings import settings

#: Options of a model that are llama.cpp's parameters of the same name.
SAME = ("n_batch", "n_ubatch", "n_gpu_layers", "chat_template", "warmup", "verbosity", "ctx_shift")


class Unloadable(Exception):
    """The model cannot be loaded; the message says why in one line."""


def parameters(model: Model, key: str, library: Any) -> Any:
    """The CommonParams of `library` (the xllamacpp module). Raises Unloadable."""
    path = settings().home / "models" / model.path
    if not model.path or not path.is_file():
        raise Unloadable(f"there is no file {path}: `path` in the catalog names it")
    try:
        return _filled(model, str(path), key, library)
    except (TypeError, ValueError, OverflowError, AttributeError, KeyError) as cause:
        raise Unloadable(f"its options in the catalog cannot be used: {cause}") from cause


def _threads(model: Model) -> int:
    """llama.cpp's threads wait for one another by spinning, which is bad where others want the processors as well.

    With 2 on 2 busy processors one text took up to 1,000 ms, with 1 up to 40; on idle ones 6 and 11.
    """
    processors = os.cpu_count() or 1
    return max(1, processors // 2) if "embeddings" in model.capabilities else processors


def _filled(model: Model, path: str, key: str, library: Any) -> Any:
    options = model.options
    found = library.CommonParams()
    found.model.path = path
    found.model_alias = {model.name}
    found.api_keys = [key]
    found.port = 0
    found.verbosity = 0
    found.n_parallel = options.get("n_parallel", 1)
    # llama.cpp's n_ctx is shared by its slots; the catalog's `context` is what each request has.
    found.n_ctx = options.get("n_ctx", model.context * found.n_parallel)
    found.cpuparams.n_threads = options.get("n_threads", _threads(model))
    # A connection kept alive holds one of its HTTP threads.
    found.n_threads_http = 16 + 2 * found.n_parallel
    if options.get("embedding", "embeddings" in model.capabilities):
        # It embeds a text in one batch or not at all.
        found.embedding = True
        found.n_batch = found.n_ubatch = found.n_ctx
    if "pooling" in options:
        found.pooling_type = library.llama_pooling_type[f"LLAMA_POOLING_TYPE_{options['pooling'].upper()}"]
    for name in SAME:
        if name in options:
            setattr(found, name, options[name])
    return found
