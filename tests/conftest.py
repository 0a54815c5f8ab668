"""What tests of every floor need."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.machine import Installation

if TYPE_CHECKING:
    from tests.fakes.s3_server import S3Server


@pytest.fixture(scope="session")
def s3() -> Iterator["S3Server"]:
    """An S3 over a real socket."""
    # It takes two seconds: only where it is wanted.
    from tests.fakes.s3_server import serving

    with serving() as server:
        yield server


def pytest_sessionfinish(exitstatus: int) -> None:
    """Each home holds a Postgres cluster: too much to leave behind when nobody will look into it."""
    for home in Installation.made if exitstatus == 0 else []:
        shutil.rmtree(home, ignore_errors=True)
