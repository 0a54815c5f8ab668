"""One platform for all tests that only use it; those that kill it start their own."""

from collections.abc import Iterator

import pytest

from tests.platform import Platform


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """API, remote worker, sweep and beat on a Postgres and a Redis of their own. Shared: kill nothing in it."""
    made = Platform()
    try:
        yield made.start()
    finally:
        made.stop()
