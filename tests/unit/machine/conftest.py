"""An installation of one's own for what reads its settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.settings import Settings, settings
from tests.machine import FOREIGN


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of an installation in a temporary home; nothing listens where its Ollama would be."""
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MILLRACE_HOME", str(home))
    # A port on which nothing listens, so that a developer's own Ollama changes nothing.
    monkeypatch.setenv("OLLAMA_URL", "http://127.0.0.1:9")
    # A developer's .env is not read from here.
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield settings()
    settings.cache_clear()
