"""Trims the stock sentences at both ends of a whole answer."""

import re

from millrace.guard.stock import phrases

#: No more than so many sentences at either end.
SENTENCES = 3

_FIRST = re.compile(rf"\s*([^\n]{{1,{phrases.SENTENCE}}}?)\s?([.!:])\s+(?=\S)")
_LEAD = re.compile(r"([^,.!?:\n]{1,40}),? +", re.IGNORECASE)
_BREAK = re.compile(r"(?<=[.!?:…`*)])\s+|\n+")
_LETTER = re.compile(
    r"(?i)\s*(?:(?:subject|betreff|objet|asunto|oggetto|assunto|onderwerp) ?:|(?:dear|hi|hello|hey|to whom|hallo|"
    r"sehr geehrte[rs]?|lieber?|bonjour|chère?s?|madame|monsieur|estimad[oa]s?|querid[oa]s?|hola|gentile|car[oaie]|"
    r"egregio|prezad[oa]s?|olá|beste|geachte)\b)"
)


def trimmed(text: str) -> str:
    """The answer without stock sentences at its ends; as it was where nothing else would be left."""
    opened = without_openers(text)
    return without_closers(opened) if opened.strip() else text


def without_openers(text: str) -> str:
    for _ in range(SENTENCES):
        end = opener(text)
        if not end:
            break
        text = text[end:]
    return text


def opener(text: str) -> int | None:
    """Where the stock sentence ends with which a text begins: 0 if its first is none, None if none is whole yet."""
    first = _FIRST.match(text)
    if not first:
        return None
    return first.end() if _opens(first[1], first[2]) else 0


def without_closers(text: str) -> str:
    if is_letter(text):
        return text
    for _ in range(SENTENCES):
        start = last_sentence(text)
        if not text[:start].strip() or not closes(text[start:]) or text.count("```", 0, start) % 2:
            break
        text = text[:start].rstrip()
    return text


def is_letter(text: str) -> bool:
    """Whether the answer is a letter or mail that was asked for, in which such sentences are meant."""
    return _LETTER.match(text) is not None


def last_sentence(text: str) -> int:
    """Where the last sentence begins: 0 if it is the only one, or too long to be a stock phrase."""
    body = text.rstrip(phrases.AROUND)
    since = max(0, len(body) - phrases.SENTENCE)
    return max((found.end() for found in _BREAK.finditer(body, since)), default=0)


def _opens(sentence: str, mark: str) -> bool:
    said = phrases.plain(sentence)
    if mark == "!" and phrases.EXCLAIMED.fullmatch(said):
        return True
    lead = _LEAD.match(said)
    rest = said[lead.end() :] if lead and phrases.EXCLAIMED.fullmatch(lead[1]) else said
    if mark == ":" and phrases.INTRODUCING.fullmatch(rest):
        return True
    return mark != "?" and phrases.SAID.fullmatch(rest) is not None


def closes(sentence: str) -> bool:
    said = phrases.plain(sentence)
    return said[-1:] in (".", "!", "?") and phrases.CLOSING.fullmatch(said.rstrip(".!? ")) is not None
