"""A real BERT that knows nothing, as a folder of safetensors: random weights, 2 layers, a vocabulary of letters.

Its vectors have as many numbers as MiniLM's. It is 5 MB, loads in milliseconds, and says the same each time.
"""

import json
import string
from pathlib import Path

import numpy as np

WIDTH, LAYERS, HEADS, INNER, POSITIONS = 384, 2, 12, 64, 64

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *string.ascii_lowercase,
    *(f"##{x}" for x in string.ascii_lowercase),
]

CONFIG = {
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": INNER,
    "max_position_embeddings": POSITIONS,
    "layer_norm_eps": 1e-12,
}


def make(folder: Path) -> Path:
    """Write the folder; the same one each time."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "vocab.txt").write_text("".join(f"{word}\n" for word in WORDS))
    _write(folder / "model.safetensors", _tensors())
    return folder


def _tensors() -> dict[str, np.ndarray]:
    chance = np.random.default_rng(7)
    found: dict[str, np.ndarray] = {}

    def weights(name: str, *shape: int) -> None:
        found[name] = (chance.standard_normal(shape) * 0.1).astype(np.float32)

    def dense(name: str, wide: int, narrow: int) -> None:
        weights(f"{name}.weight", wide, narrow)
        weights(f"{name}.bias", wide)

    def norm(name: str) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    weights("embeddings.word_embeddings.weight", len(WORDS), WIDTH)
    weights("embeddings.position_embeddings.weight", POSITIONS, WIDTH)
    weights("embeddings.token_type_embeddings.weight", 2, WIDTH)
    found["embeddings.position_ids"] = np.arange(POSITIONS, dtype=np.int64)[None]
    norm("embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            dense(f"{at}.attention.self.{part}", WIDTH, WIDTH)
        dense(f"{at}.attention.output.dense", WIDTH, WIDTH)
        norm(f"{at}.attention.output.LayerNorm")
        dense(f"{at}.intermediate.dense", INNER, WIDTH)
        dense(f"{at}.output.dense", WIDTH, INNER)
        norm(f"{at}.output.LayerNorm")
    dense("pooler.dense", WIDTH, WIDTH)
    return found


def _write(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """safetensors: the header's length in 8 bytes, the header as JSON, then the numbers one after the other."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, tensor in tensors.items():
        kind = "I64" if tensor.dtype == np.int64 else "F32"
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + tensor.nbytes]}
        at += tensor.nbytes
    raw = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(raw).to_bytes(8, "little") + raw)
        for tensor in tensors.values():
            file.write(tensor.tobytes())
