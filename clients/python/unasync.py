"""Make the client that blocks (`blocking/`) from the one that is awaited (`aio/`): `python unasync.py`."""

import re
from pathlib import Path

HERE = Path(__file__).parent / "millrace_client"

#: In this order; whole words, but for the first.
WORDS = (
    (r"\bAsync(?=[A-Z])", ""),
    (r"\bmillrace_client\.aio\b", "millrace_client.blocking"),
    (r"\basync (?=def|for|with)", ""),
    (r"\bawait ", ""),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\basyncio\b", "time"),
    (r"\ba(?=(?:close|read|iter_bytes)\b)", ""),
    (r"\b__a(?=(?:enter|exit)__)", "__"),
    (r"^\"\"\"The client that is awaited.*\"\"\"$", '"""The client that blocks: made from `aio/`."""'),
)


def blocking(source: str) -> str:
    """The same module, without `async` and `await`."""
    for pattern, word in WORDS:
        source = re.sub(pattern, word, source, flags=re.MULTILINE)
    return f"# Made by unasync.py: change aio/ and run it again.\n{source}"


def made() -> dict[Path, str]:
    """Every module of `blocking/`, and what it must hold."""
    return {HERE / "blocking" / path.name: blocking(path.read_text()) for path in (HERE / "aio").glob("*.py")}


if __name__ == "__main__":
    for path, text in made().items():
        path.write_text(text)
