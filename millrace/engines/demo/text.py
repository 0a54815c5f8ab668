"""What the demo engine says: readable prose about the prompt, and always the same for the same request."""

import hashlib
import random
import re
from collections.abc import Iterator

#: A word worth talking about.
WORD = re.compile(r"[^\W\d_]{4,24}")
#: A token of the demo: a word with the space before it.
TOKEN = re.compile(r"\s*\S+")

COMMON = frozenset(
    re.findall(
        r"\w+",
        "about also because been before being does done each from have here into just like make more most much must "
        "only other over please said same some such tell than that their them then there these they this those very "
        "want well were what when where which while whom whose will with would write your",
    )
)

OPENINGS = (
    "Let us begin with {a}, since everything else follows from it.",
    "A good question about {a} deserves an unhurried answer.",
    "Think of {a} as water that comes down a channel: it needs a bed before it needs speed.",
    "There are two ways to look at {a}, and the quieter one is usually right.",
    "What matters about {a} is seldom what is said of it first.",
)
MIDDLES = (
    "Where {a} meets {b}, the work is mostly a matter of patience.",
    "A millrace holds what arrives and lets the wheel take it at its own pace, and {a} is no different.",
    "Whoever has tried to hurry {b} knows that the wheel turns no faster for it.",
    "First comes {a}, then {b}, and between the two there is room for a short walk along the bank.",
    "The old millers would have measured {a} twice and spoken of {b} once.",
    "Small steps help: a little {a} in the morning, a little {b} in the evening.",
    "It is easy to mistake {b} for the goal, when it is only the sound that {a} makes.",
    "Nothing is lost on the way, and nothing is ground twice.",
    "If the sluice is opened slowly, {a} finds its level and {b} takes care of itself.",
    "Seen from the bridge, {a} and {b} are one stream.",
    "Some prefer to start with {b}, and they have a point.",
    "The stones turn, the flour falls, and by noon even {b} looks simple.",
    "One may count every drop of {a} and still miss the river.",
    "Keep a note of what {b} cost you, for the books have to balance in the end.",
)


def prose(prompt: str, seed: str, tokens: int) -> list[str]:
    """Exactly that many tokens about the prompt; the last ends in a full stop."""
    chance = random.Random(hashlib.sha256(f"{seed}\n{prompt}".encode("utf-8", "surrogatepass")).digest())
    words = _topics(prompt) or ["the question"]
    found: list[str] = []
    for sentence in _sentences(chance, words):
        found += TOKEN.findall(f" {sentence}" if found else sentence)
        if len(found) >= tokens:
            break
    found = found[:tokens]
    if found:
        found[-1] = found[-1].rstrip(",.:") + "."
    return found


#: What models say around an answer, as tokens; and the tokens that a loop repeats.
BEFORE, AFTER = TOKEN.findall("Certainly! Here is the answer:"), TOKEN.findall("\n\nI hope this helps!")
LOOPED = 8


def spoiled(tokens: list[str], loop_after: int | None, stock: bool) -> list[str]:
    """The same, with stock phrases around it; after so many tokens nothing but its last ones again and again."""
    found = [*BEFORE, f"\n\n{tokens[0]}", *tokens[1:], *AFTER] if stock and tokens else tokens
    if not loop_after or loop_after >= len(found):
        return found
    sound = found[:loop_after]
    unit = sound[-LOOPED:]
    unit[0] = f" {unit[0].lstrip()}"
    looped = unit * (len(found) // len(unit) + 1)
    return [*sound, *looped[: len(found) - loop_after]]


def count(text: str) -> int:
    """The demo's tokens in a text."""
    return len(text.split())


def _topics(prompt: str) -> list[str]:
    """The prompt's own words, the last ones of a long conversation."""
    words = [word.lower() for word in WORD.findall(prompt[-4_000:])]
    return [word for word in dict.fromkeys(words) if word not in COMMON][-12:]


def _sentences(chance: random.Random, words: list[str]) -> Iterator[str]:
    yield chance.choice(OPENINGS).format(a=words[-1] if len(words) == 1 else chance.choice(words))
    while True:
        for sentence in chance.sample(MIDDLES, len(MIDDLES)):
            a, b = chance.sample(words, 2) if len(words) > 1 else (words[0], "the rest")
            text = sentence.format(a=a, b=b)
            yield text[0].upper() + text[1:]
