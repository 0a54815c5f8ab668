"""Whether hardly anything in the end of a text is new."""

#: Characters that are looked at; those of a shingle; the share of different ones that is too small.
_STALE, _SHINGLE, _NOVEL = 1536, 16, 0.16

#: Shingles that are counted at a time: new text is known for new after the first of such steps.
_STEP = 256


def stale(text: str) -> tuple[int, int] | None:
    """Where the end of a text begins to say nothing new, if hardly anything in it is; and the end of one round."""
    if len(text) < _STALE or _ends_new(text):
        return None
    start = len(text) - _STALE
    last = len(text) - _SHINGLE
    seen: set[str] = set()
    for at in range(start, last, _STEP):
        seen.update([text[i : i + _SHINGLE] for i in range(at, min(at + _STEP, last))])
        if len(seen) > _NOVEL * (last - start):
            return None
    return _first(text, seen)


def _ends_new(text: str) -> bool:
    """Whether its very end is new, as prose mostly is: then it is looked at again a little later."""
    last = len(text) - _SHINGLE
    return text.find(text[last:], len(text) - _STALE) == last


def _first(text: str, known: set[str]) -> tuple[int, int]:
    """Going back from the end as long as all of it is in the last stretch too."""
    start = len(text) - _STALE
    while start and text[start - 1 : start - 1 + _SHINGLE] in known:
        start -= 1
    return start, start + len(known)
