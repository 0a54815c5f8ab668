"""Regular expressions that users wrote, and which may be hostile: run by RE2, which takes time linear in the text.

RE2 knows no look-around and no backreferences (https://github.com/google/re2/wiki/Syntax). Where its wheel is not
installed, rules with expressions are refused: Python's own engine can be made to run for ever, and no check of a
pattern rules that out.
"""

from typing import Any, Protocol

from millrace.errors import InvalidField

#: Bytes that one compiled expression, with the automaton it builds while it runs, may take.
MEMORY = 2 << 20


class Compiled(Protocol):
    """What is asked of a compiled expression."""

    def search(self, text: bytes) -> Any: ...


def compiled(expression: str, of: str, param: str = "rules") -> Compiled:
    """The expression. Raises InvalidField, which says whose it is (`rule 'x'`), for what RE2 does not take."""
    try:
        import re2
    except ImportError:
        raise InvalidField("Expressions need google-re2 on the server.", param=param) from None
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    options.never_capture = True
    try:
        made: Compiled = re2.compile(expression, options)
    except (re2.error, UnicodeError) as failed:
        reason = failed.args[0] if failed.args else "not understood"
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise InvalidField(f"The expression of {of} is not RE2: {shown}", param=param) from None
    return made
