"""One platform for all tests that only use it; those that kill it start their own. None outlives its folder: what idles
costs the others.
"""

import subprocess
from collections.abc import Iterator

import pytest

from millrace import db, master
from millrace.blobs import chosen
from millrace.crypto import data_keys
from millrace.settings import settings
from tests.conformance import Conformance
from tests.machine import free_port
from tests.platform import Platform

#: Beside the shipped catalog: a lane that is soon full, one whose model can be away without harm to others, one that
#: runs a process a slot, and one that nobody serves.
MODELS = """
[lanes."remote.narrow"]
slots = 2
kept = 1

[lanes."remote.flaky"]
slots = 4

[lanes."local.pair"]
pool = "local"
slots = 2

[lanes."gpu.absent"]
pool = "gpu7"
slots = 1

[[models]]
name = "narrow"
engine = "demo"
lane = "remote.narrow"

[[models]]
name = "flaky"
engine = "demo"
lane = "remote.flaky"

[[models]]
name = "pair"
engine = "demo"
lane = "local.pair"

[[models]]
name = "absent"
engine = "demo"
lane = "gpu.absent"
"""

#: The origin that the shared platform lets call from a browser.
ORIGIN = "https://console.example"

_STRANGER = """
from millrace import db, ids
from millrace.identity import keys
tenant = ids.new()
db.call("INSERT INTO tenants (id, name, tier) VALUES (%s, 'stranger', 'unlimited')", (tenant,))
print(keys.make(tenant, "stranger"))
"""


@pytest.fixture(scope="session")
def page_port() -> int:
    """Where a test may serve pages of another origin that may call the shared platform."""
    return free_port()


@pytest.fixture(scope="package")
def platform(page_port: int) -> Iterator[Platform]:
    """API, workers (remote, batches, sweep) and beat, on servers of their own. Shared: kill nothing in it."""
    origins = f"{ORIGIN}, http://127.0.0.1:{page_port}"
    made = Platform(CORS_ORIGINS=origins, WEBHOOK_ALLOW="127.0.0.1, ::1", WEBHOOK_SECONDS="5")
    (made.home / "models.toml").write_text(MODELS)
    try:
        made.start("api", "remote", "batches", "sweep", "beat")
        made.conformance = Conformance(made.request("GET", "/api/openapi.json")[2])
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="package")
def second_api(platform: Platform) -> str:
    """The name of another API process of the shared platform."""
    platform.start_process("api-2")
    return "api-2"


@pytest.fixture(scope="package")
def stranger(platform: Platform) -> dict[str, str]:
    """The headers of somebody of another tenant."""
    made = platform.spawn("-c", _STRANGER, stdout=subprocess.PIPE, text=True)
    key = made.communicate(timeout=60)[0].strip()
    assert made.returncode == 0 and key
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture(scope="package")
def database() -> Iterator[Platform]:
    """Postgres and Redis, migrated, without any process of ours: nobody claims what a test submits."""
    made = Platform()
    try:
        made.start_servers()
        made.run("-m", "millrace.migrations")
        yield made
    finally:
        made.stop()


def _forget() -> None:
    for cached in (settings, master.master, db._own_url, chosen.store):
        cached.cache_clear()


@pytest.fixture
def here(database: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """The database's installation, which this process belongs to until the test is over."""
    for name, value in database.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(data_keys, "_current", None)
    monkeypatch.setattr(data_keys, "_known", {})
    _forget()
    yield database
    for pool in db._pools:
        pool.dispose()
    _forget()
