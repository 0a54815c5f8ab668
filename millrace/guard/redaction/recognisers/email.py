"""E-mail addresses: after the `@` is a dot, and letters at the end.

Before it are Latin letters, with accents too, or letters of another script: never both, since Japanese or Chinese
puts no space between a word and the address after it.
"""

import re
from collections.abc import Iterator

_LETTER = r"0-9A-Za-z\u00c0-\u024f"
_FOUND = re.compile(
    rf"(?<![{_LETTER}._+&'-])[{_LETTER}._+&'-]++(?:@|%40)[{_LETTER}][{_LETTER}-]*+(?:\.[{_LETTER}][{_LETTER}-]*+)++"
)
_OTHER_SCRIPT = re.compile(
    rf"(?<![^\W{_LETTER}_])[^\W{_LETTER}_]++@[{_LETTER}][{_LETTER}-]*+(?:\.[{_LETTER}][{_LETTER}-]*+)++"
)
_ENDING = re.compile(rf"\.(?:(?=[^\d])[{_LETTER}]{{2,63}}|xn--[0-9A-Za-z-]+)\Z")


def find(text: str) -> Iterator[tuple[int, int]]:
    if "@" not in text and "%40" not in text:
        return
    for found in (*_FOUND.finditer(text), *_OTHER_SCRIPT.finditer(text)):
        start = found.start() + len(found[0]) - len(found[0].lstrip("'&.-+"))
        if _ENDING.search(found[0]) and not _is_remote(text, start):
            yield start, found.end()


def _is_remote(text: str, start: int) -> bool:
    """Whether it is the user and host of a URL or a git remote: a server, no person."""
    return text.startswith("//", max(0, start - 2)) or text.startswith("git@", start)
