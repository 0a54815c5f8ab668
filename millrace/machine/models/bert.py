"""A BERT that embeds, from safetensors to GGUF: the same input gives the same bytes.

The names and keys are those of llama.cpp's convert_hf_to_gguf.py (BertModel); `gguf`, from the same authors, knows the
two formats. It runs in a process of its own (minilm.py): what numpy takes is given back.
"""

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from gguf.utility import LocalTensor, SafetensorsLocal

WEIGHTS, VOCABULARY, CONFIG = "model.safetensors", "vocab.txt", "config.json"

#: Keys of the tokenizer's special words in GGUF, which calls [CLS] the beginning and [SEP] the end of a text.
SPECIAL = {"bos": "[CLS]", "cls": "[CLS]", "eos": "[SEP]", "seperator": "[SEP]"}
SPECIAL |= {"unknown": "[UNK]", "padding": "[PAD]", "mask": "[MASK]"}

#: llama.cpp marks the beginnings of words, where BERT marks the pieces that go on.
BEGINNING = "\u2581"

#: Matrices whose rows are added and never multiplied stay f32; the others become f16, which halves the file.
ADDED = {"position_embd.weight", "token_types.weight"}

DTYPES = {"F32": np.float32, "F16": np.float16}


def convert(source: Path, target: Path, name: str) -> None:
    """Write `target` from the folder `source`. Raises OSError, ValueError, KeyError where that is no BERT of ours."""
    config = json.loads((source / CONFIG).read_text(encoding="utf-8"))
    writer = gguf.GGUFWriter(str(target), "bert")
    writer.add_name(name)
    _describe(writer, config)
    _tokenizer(writer, (source / VOCABULARY).read_text(encoding="utf-8").splitlines())
    _tensors(writer, source / WEIGHTS, config["num_hidden_layers"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter, config: dict[str, Any]) -> None:
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)


def _tokenizer(writer: gguf.GGUFWriter, words: list[str]) -> None:
    places = {word: at for at, word in enumerate(words)}
    special = set(SPECIAL.values())
    writer.add_tokenizer_model("bert")
    writer.add_token_type_count(2)
    writer.add_token_list([_marked(word) for word in words])
    writer.add_token_types([_kind(word, special) for word in words])
    for key, word in SPECIAL.items():
        if word in places:
            writer.add_uint32(f"tokenizer.ggml.{key}_token_id", places[word])


def _marked(word: str) -> str:
    if word.startswith("[") and word.endswith("]"):
        return word
    return word[2:] if word.startswith("##") else BEGINNING + word


def _kind(word: str, special: set[str]) -> gguf.TokenType:
    if word == SPECIAL["unknown"]:
        return gguf.TokenType.UNKNOWN
    return gguf.TokenType.CONTROL if word in special else gguf.TokenType.NORMAL


def _tensors(writer: gguf.GGUFWriter, file: Path, layers: int) -> None:
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.BERT, layers)
    for name, tensor in SafetensorsLocal(file).tensors.items():
        # The pooler is for classification, and the position's ids are counted.
        known = names.get_name(name.removeprefix("bert."), try_suffixes=(".weight", ".bias"))
        if known:
            halved = len(tensor.shape) > 1 and known not in ADDED
            writer.add_tensor(known, _numbers(tensor, np.float16 if halved else np.float32))


def _numbers(tensor: LocalTensor, kind: type[np.floating[Any]]) -> np.ndarray:
    return tensor.mmap_bytes().view(DTYPES[tensor.dtype]).reshape(tensor.shape).astype(kind)
