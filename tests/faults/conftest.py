"""The fault suite's own platforms. Whatever a test struck down is back before the next one begins."""

from collections.abc import Iterator

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.faults.strikes import kill_all, mend, runs, streams
from tests.platform import Platform

#: Shorter still than the usual, so that the whole suite can wait for dozens of leases to run out.
QUICK = {"LEASE_SECONDS": "3", "RENEW_SECONDS": "0.7", "GRACE_SECONDS": "5", "WEBHOOK_ALLOW": "127.0.0.1"}

#: `narrow` has two slots, so that jobs wait; `forked` runs in a process of its own; `upstream` speaks over a socket.
CATALOG = """
[lanes."remote.narrow"]
slots = 2

[lanes."local.demo"]
pool = "local"
slots = 2

[[models]]
name = "narrow"
engine = "demo"
lane = "remote.narrow"

[[models]]
name = "forked"
engine = "demo"
lane = "local.demo"

[[models]]
name = "upstream"
engine = "compatible"
lane = "remote.demo"
url = "{url}"

[[models]]
name = "forked-upstream"
engine = "compatible"
lane = "local.demo"
url = "{url}"
"""

REMOTE = ("api", "api-2", "remote", "sweep", "beat")
LOCAL = ("api", "local", "sweep", "beat")

_QUOTAS = """
INSERT INTO quotas (tenant, unit) SELECT t.id, u.unit
FROM tenants t, (VALUES ('requests'), ('tokens')) AS u (unit)
"""


@pytest.fixture(scope="session")
def upstream() -> Iterator[OpenAIServer]:
    """A backend that speaks OpenAI's API and counts the connections that were closed on it."""
    with OpenAIServer() as server:
        yield server


def _start(processes: tuple[str, ...], url: str) -> Platform:
    platform = Platform(**QUICK)
    (platform.home / "models.toml").write_text(CATALOG.format(url=url))
    platform.start(*processes)
    # Quotas without a limit: what is reserved and used is counted all the same.
    platform.sql(_QUOTAS)
    return platform


@pytest.fixture(scope="session")
def _remote(upstream: OpenAIServer) -> Iterator[Platform]:
    platform = _start(REMOTE, upstream.url)
    yield platform
    kill_all(platform, *[name for name in platform.processes if runs(platform, name)])
    platform.stop()


@pytest.fixture(scope="session")
def _local(upstream: OpenAIServer) -> Iterator[Platform]:
    platform = _start(LOCAL, upstream.url)
    yield platform
    kill_all(platform, *[name for name in platform.processes if runs(platform, name)])
    platform.stop()


@pytest.fixture
def mill(_remote: Platform) -> Platform:
    """Two API processes, a worker of the remote pool, sweep and beat."""
    mend(_remote, *REMOTE)
    streams(_remote, "demo", "api", "api-2")
    return _remote


@pytest.fixture
def forked(_local: Platform) -> Platform:
    """API, a worker of the local pool (prefork, two children), sweep and beat."""
    mend(_local, *LOCAL)
    streams(_local, "forked", "api")
    return _local
