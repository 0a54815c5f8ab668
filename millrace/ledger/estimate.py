"""How many tokens a request may use: what is reserved at submit, and settled with what was used.

Input is estimated, not tokenised, so that it costs next to nothing and is the same for every model: four ASCII
characters a token, as in English prose under the usual vocabularies; other text a token for three bytes of UTF-8, which
is one a character for Chinese, Japanese and Korean, and two for three letters of Cyrillic, Greek or Arabic. Only what a
model reads is counted, not the JSON around it.
"""

import json
from collections.abc import Mapping
from typing import Any

#: ASCII characters, and bytes of other characters, that make a token.
ASCII_A_TOKEN, BYTES_A_TOKEN = 4, 3

#: Tokens around each message: its role and its ends.
AROUND = 4

#: Tokens of an image, a sound or a file, whatever its size: about what vendors count for a large image.
MEDIUM = 1_000

#: Parts of a message that are no text.
_MEDIA = frozenset({"image_url", "image", "input_image", "input_audio", "audio", "file", "input_file", "video_url"})

#: No estimate is greater: with the bounds on prices, no product leaves a bigint.
MOST = 1_000_000_000

#: What requests call the most that may be generated.
CEILINGS = ("max_completion_tokens", "max_output_tokens", "max_tokens")

#: Answers to one request at the most, as OpenAI has it.
MOST_CHOICES = 128


def text_tokens(text: str) -> int:
    """Tokens of a text; 0 for none."""
    if text.isascii():
        return -(-len(text) // ASCII_A_TOKEN)
    ascii = len(text.encode("ascii", "ignore"))
    others = len(text.encode("utf-8", "surrogatepass")) - ascii
    return -(-ascii // ASCII_A_TOKEN) - (-others // BYTES_A_TOKEN)


def input_tokens(body: Mapping[str, Any]) -> int:
    """Tokens that a request in OpenAI's shape gives a model to read: its messages, prompt or input, and its tools."""
    messages = body.get("messages")
    found = sum(AROUND + _content(each) for each in messages) if isinstance(messages, list) else _content(messages)
    found += sum(_content(body.get(name)) for name in ("prompt", "input", "suffix", "instructions", "earlier"))
    found += sum(_schema(body.get(name)) for name in ("tools", "functions", "response_format"))
    return min(found, MOST)


def output_tokens(body: Mapping[str, Any], context: int, most: int | None = None) -> int:
    """Tokens that may be generated at the most: as the request says, or what the model may; for each of its answers.

    `context`: the model's, in tokens; `most`: its own ceiling, a quarter of the context where nobody knows it.
    """
    ceiling = min(most or max(1, context // 4), context)
    given = next((n for name in CEILINGS if (n := _whole(body.get(name)))), ceiling)
    return min(min(given, context) * answers(body), MOST)


def reserved_tokens(endpoint: str, body: Mapping[str, Any], context: int, most: int | None = None) -> tuple[int, int]:
    """(input, output) to reserve for a request. Embeddings generate nothing."""
    if "embeddings" in endpoint:
        return input_tokens(body), 0
    return input_tokens(body), output_tokens(body, context, most)


def answers(body: Mapping[str, Any]) -> int:
    """How many texts will be written: `n` (or `best_of`) for each prompt."""
    choices = max(_whole(body.get("n")) or 1, _whole(body.get("best_of")) or 1)
    prompt = body.get("prompt")
    prompts = len(prompt) if isinstance(prompt, list) and prompt and not isinstance(prompt[0], int) else 1
    return min(choices, MOST_CHOICES) * prompts


def _whole(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None


def _content(value: object) -> int:
    """Tokens of anything in which a model reads: a text, numbers of tokens, and lists and objects of these."""
    found, left = 0, [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            found += text_tokens(each)
        elif isinstance(each, int):
            found += 1
        elif isinstance(each, list):
            # A list of numbers is a text as tokens.
            found, more = (found + len(each), []) if each and isinstance(each[0], int) else (found, each)
            left.extend(more)
        elif isinstance(each, dict):
            found += _put(each, left)
    return found


def _put(part: dict[str, Any], left: list[object]) -> int:
    """What stands in this part is still to be counted; a medium is not looked into."""
    kind = part.get("type")
    if isinstance(kind, str) and kind in _MEDIA:
        return MEDIUM
    left.extend(value for name, value in part.items() if name not in ("type", "role", "id", "tool_call_id"))
    return 0


def _schema(value: object) -> int:
    """Schemas are read as the JSON they are."""
    return text_tokens(json.dumps(value, ensure_ascii=False)) if isinstance(value, list | dict) and value else 0
