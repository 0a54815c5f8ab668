"""The client that blocks is the one that is awaited, without waiting."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[3] / "clients" / "python"


def test_what_blocks_was_made_from_what_is_awaited() -> None:
    spec = importlib.util.spec_from_file_location("unasync", ROOT / "unasync.py")
    assert spec and spec.loader
    unasync = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(unasync)
    made = unasync.made()
    assert {path.name for path in made} == {path.name for path in (ROOT / "millrace_client" / "blocking").glob("*.py")}
    stale = [path.name for path, text in made.items() if path.read_text() != text]
    assert not stale, "run `python clients/python/unasync.py`"
    assert not any("async" in text.replace("unasync", "").lower() or "await" in text for text in made.values())
