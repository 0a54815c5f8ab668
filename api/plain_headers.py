"""The headers of a plain request, read without the parser for e-mail that Python's server uses: a tenth of the cost.

Plain is what clients of APIs send: a name, a colon, a value of one line. Whatever looks otherwise in any way is left to
that parser, so that odd requests mean what they always meant.
"""

import re
from typing import Any

#: Names as RFC 9110 has them (5.1), then printable text, of latin-1 too. No line continues another.
_PLAIN = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \t\x21-\x7e\x80-\xff]*\r\n)+\r\n")


class PlainHeaders:
    """As far as eventlet's server asks: names in any case, the first of several."""

    def __init__(self, block: str) -> None:
        self._headers = [_pair(line) for line in block[:-4].split("\r\n")]
        self._first = {name.lower(): value for name, value in reversed(self._headers)}

    def get(self, name: str, default: Any = None) -> Any:
        return self._first.get(name.lower(), default)

    def get_content_type(self) -> str:
        """Asked for where there is none: what the e-mail parser answers then."""
        return "text/plain"


def plain(block: str) -> PlainHeaders | None:
    """The headers of a request, the empty line after them included; None where they are not plain."""
    return PlainHeaders(block) if _PLAIN.fullmatch(block) else None


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip(" \t")
