"""Somebody's server that takes webhooks, a worker that sends them, and people whose jobs they tell of."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.webhook_receiver import Receiver
from tests.machine import wait_for
from tests.people import Person, register
from tests.platform import Platform


@pytest.fixture(scope="package")
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture(scope="package")
def mill(platform: Platform) -> Iterator[Platform]:
    """The shared platform, with a worker of the lane `webhooks`."""
    platform.start_process("webhooks")
    yield platform
    platform.kill("webhooks")


@pytest.fixture
def owner(mill: Platform) -> "Owner":
    """Somebody new, so that a test's endpoints hear of its own jobs alone."""
    return Owner(register(mill))


class Owner:
    """Somebody who has endpoints."""

    def __init__(self, person: Person) -> None:
        self.person, self.platform, self.headers = person, person.platform, person.headers
        self.tenant = person.tenant.removeprefix("ten_")

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return self.person.ask(method, f"/api/v1/webhooks/{path}", body)

    def endpoint(self, url: str, **fields: Any) -> dict[str, Any]:
        """A new endpoint, with its secret."""
        status, made = self.ask("POST", "endpoints", {"url": url} | fields)
        assert status == 201, made
        return made  # type: ignore[no-any-return]

    def look(self, endpoint: dict[str, Any]) -> dict[str, Any]:
        status, found = self.ask("GET", f"endpoints/{endpoint['id']}")
        assert status == 200, found
        return found  # type: ignore[no-any-return]

    def job(self, **fields: Any) -> str:
        """A short job of theirs."""
        return str(self.platform.submit(headers=self.headers, **{"demo": {"tokens": 1, "rate": 0}} | fields)["id"])

    def finished(self, job: str) -> None:
        """Wait until a job of theirs has ended."""
        ended = "SELECT 1 FROM jobs WHERE id = %s AND finished_at IS NOT NULL"
        wait_for(lambda: self.platform.sql(ended, job.removeprefix("job_")), 20, job)

    def deliveries(self, **query: str) -> list[dict[str, Any]]:
        """The log, oldest first."""
        text = "&".join(f"{name}={value}" for name, value in query.items())
        status, found = self.ask("GET", f"deliveries?limit=100&{text}")
        assert status == 200, found
        return found["data"][::-1]  # type: ignore[no-any-return]

    def later(self) -> None:
        """Time passes: what waits for its next try is due."""
        self.platform.sql("UPDATE webhook_deliveries SET next_try = now() WHERE tenant = %s", self.tenant)
