"""Whether two questions say the same with other words around it: what the vectors cannot tell.

MiniLM puts "convert 5 miles to kilometres" and "convert 5 kilometres to miles" at 0.99, and "when do rates rise" beside
"when do rates fall". So likeness alone proposes, and this disposes: the words must be the same, and stand in the same
order, with the same marks between them. What may differ is how a question is put ("how do I", "what is the way of",
"please"), articles, case, spelling, and a topic that is named first ("Python: ..."). Numbers, names, units, negations,
directions, tenses, plurals and prepositions must agree; so must every word of a language that is not English.

Tuned on the tune half of tests/evaluation/paraphrases.jsonl (docs/caches.md).
"""

import re
from functools import lru_cache

#: A quoted string is as it is. A number keeps its sign, point and comma; a name its plus and sharp (C++, C#).
_QUOTED, _NUMBER, _WORD = r'"[^"]*"|“[^”]*”|`[^`]*`', r"(?<![\w)])[-+]?\d+(?:[.,:/]\d+)*|\d+", r"[^\W\d_]+[+#]*"

_TOKEN = re.compile(rf"{_QUOTED}|{_NUMBER}|{_WORD}|[^\w\s]")

#: After these a topic that was named first is over; and what a text may end with.
_BREAKS, _ENDS = frozenset(":,;"), ".?! :,;"

_WHO = "(?:i|you|we|one)"

#: Words that are another word with a capital.
_CAPITAL = re.compile(
    r"\b(US|IT|WHO|AIDS|CAT|GAP|SWIFT|Polish|Turkey|China|March|May|August|Reading|Nice|Mobile|Job|Mercury|Mars|Apple|"
    r"Amazon|Oracle|Go|Rust|Swift|Shell|Windows|Word|Excel|Java|Spring|Flask|Chrome|Safari|Bush|Bill|Will|Mark|Rose)\b"
)

#: How a question is put, in lower case; what is left when it is gone is what is asked.
_PUT = [
    (re.compile(pattern), with_)
    for pattern, with_ in (
        (r"[’´]", "'"),
        # Not the same as "few" and "little".
        (r"\ba (few|little)\b", r"some-\1"),
        (r"\bcan't\b|\bcannot\b", "can not"),
        (r"\bwon't\b", "will not"),
        (r"n't\b", " not"),
        (r"\b(what|how|who|where|when|that|there|it)'s\b", r"\1 is"),
        (r"\bi'm\b", "i am"),
        # Manners, and who speaks to whom.
        (r"^(hi|hello|hey)\b[ ,!]*", ""),
        (r"\bplease\b,?|\bkindly\b|\bthanks\b!?|\bthank you\b!?", ""),
        (r"^(can|could|would|will) you\b", ""),
        (r"^(i want|i would like|i'd like|i need|i wish) to know\b|^(do you know|any idea)\b", ""),
        (r"^(tell|explain to) me( about)?\b", ""),
        (r"^(explain|describe|tell) (how|what|why|who|when|where|which)\b", r"\2"),
        # How: a way, steps, what one does. Not what is to be done: "write a poem" does not ask how.
        (r"^([^:]+): (\w+ing)\b", r"\1: how \2"),
        (r"^(\w+ing [^:,]+)[:,] how\b", r"how \1"),
        (r"\bwhat (is|are) (the|a) ((best|right|proper|easiest) )?(ways?|methods?|steps) (to|of|for)\b", "how"),
        (rf"\bwhat (do|should|must|can) {_WHO} (have to |need to )?do to\b", "how"),
        (r"\bis there a way (to|of)\b|\bhow is it possible to\b", "how"),
        (rf"\b(how|in what way|in which way) (do|can|could|would) {_WHO}\b|\bhow to\b", "how"),
        (r"\bhow (\w\w+?)([^aeiouls])\2ing\b", r"how \1\2"),
        (r"\bhow (\w+[^aeiou])ing\b", r"how \1"),
        (r"\bhow (\w{3,})e\b", r"how \1"),
        # Why, who, when: their longer forms.
        (r"\bwhat (is|was) the (reason|cause) (for|that|why|of)\b|\bfor (what|which) reason\b|\bhow come\b", "why"),
        (r"\b(which|what) person\b", "who"),
        (r"\bis it (wise|advisable|a good idea) to\b|\bought i to\b|\bshould (i|you|we|one)\b", "should"),
        # What has one meaning and several spellings.
        (r"\b(the )?united states( of america)?\b|\bu\.s\.(a\.)?", "usa"),
        (r"\b(the )?united kingdom\b|\bu\.k\.", "uk"),
        (r"\be-mail", "email"),
        (r"\bper ?cent\b", "%"),
        (r"\bdegrees? (celsius|fahrenheit)\b", r"\1"),
        (r"°\s?c\b", " celsius"),
        (r"°\s?f\b", " fahrenheit"),
        (r"\bkms?\b", "kilometres"),
        (r"\bkgs?\b", "kilograms"),
        (r"\bus dollars?\b", "dollars"),
        (r"\bversus\b|\bvs\.", "vs"),
    )
]

#: Words that say nothing here. What is past, whose it is and where it goes is said by others, which stay.
_LIGHT = frozenset(("a", "an", "the", "is", "are", "do", "does"))

_ALIKE = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "hundred": "100", "thousand": "1000",
    "euros": "€", "euro": "€", "dollars": "$", "dollar": "$", "js": "javascript", "postgresql": "postgres",
    "k8s": "kubernetes", "kilometers": "kilometres", "colour": "color", "centre": "center", "grey": "gray",
    "using": "with",
}  # fmt: skip

_ASKING = frozenset(("how", "why", "who", "when", "where"))

#: What may stand before a topic that is named last, and does not before one that is named first.
_BEFORE = ("in", "on", "with", "for")


def agree(one: str, other: str) -> bool:
    """Whether both have the same words in the same order, but for how a question is put."""
    return not _said(one).isdisjoint(_said(other))


@lru_cache(maxsize=4096)
def _said(text: str) -> frozenset[tuple[str, ...]]:
    """The words and marks as they stand; and with the topic that was named first put last, if one was."""
    words = [word for word in map(_spelled, _TOKEN.findall(_plain(text))) if word not in _LIGHT]
    found = {tuple(words)}
    at = next((place for place, word in enumerate(words) if word in _BREAKS), None)
    if at:
        found |= {(*words[at + 1 :], *before, *words[:at]) for before in ((), *((word,) for word in _BEFORE))}
    # The word that asks goes first, wherever it stands.
    return frozenset(_asking_first(each) for each in found if each)


def _plain(text: str) -> str:
    # Not casefold: "Maßen" are not "Massen".
    found = _CAPITAL.sub(r"\1^", text[:1].lower() + text[1:]).lower().strip()
    for pattern, with_ in _PUT:
        found = pattern.sub(with_, found).strip()
    return found.strip(_ENDS)


def _asking_first(words: tuple[str, ...]) -> tuple[str, ...]:
    asking = [word for word in words if word in _ASKING][:1]
    return (*asking, *(word for word in words if word not in asking))


def _spelled(word: str) -> str:
    """In one of its spellings."""
    return re.sub(r"(?<=\w{3})is(?=(e|es|ed|ing|ation)$)", "iz", _ALIKE.get(word, word))
