"""A vendor that dies in mid-run: everything ends well through the fallback, and what is back is used again."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.faults.books import all_end, books_balance
from tests.faults.strikes import kill_all, runs
from tests.machine import free_port, wait_for
from tests.platform import Platform

#: `ours` stands behind `vendor`, each in a lane of its own; `bare` has nothing behind it.
CATALOG = """
[lanes."remote.vendor"]
slots = 32

[lanes."remote.house"]
slots = 32

[[models]]
name = "vendor"
engine = "compatible"
lane = "remote.vendor"
url = "{url}"
private = false
fallback = ["ours"]
price = {{ input = 2, output = 8 }}

[[models]]
name = "ours"
engine = "demo"
lane = "remote.house"

[[models]]
name = "bare"
engine = "compatible"
lane = "remote.vendor"
url = "{url}"
"""

JOBS = 1_000

#: Quotas of each unit for everything, and for each of the two models.
_QUOTAS = """
INSERT INTO quotas (tenant, unit, model) SELECT t.id, u.unit, m.model
FROM tenants t, (VALUES ('requests'), ('tokens'), ('nanos')) AS u (unit),
    (VALUES (NULL), ('vendor'), ('ours')) AS m (model)
"""


class Vendor:
    """A fake that can die and come back at the same address."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.server: OpenAIServer | None = None
        self.asked = 0

    def rise(self, **how: Any) -> None:
        self.server = OpenAIServer(self.port, **how)
        self.server.keep = 1
        self.server.__enter__()

    def die(self) -> None:
        """Its port refuses, and what it was saying is torn off."""
        assert self.server
        self.asked += self.server.asked
        self.server.__exit__(None, None, None)
        self.server = None


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    made = Vendor()
    made.rise()
    yield made
    if made.server:
        made.die()


@pytest.fixture(scope="module")
def mill(vendor: Vendor) -> Iterator[Platform]:
    platform = Platform(LEASE_SECONDS="3", RENEW_SECONDS="0.7")
    (platform.home / "models.toml").write_text(CATALOG.format(url=vendor.url))
    platform.start("api", "remote", "sweep", "beat")
    platform.sql(_QUOTAS)
    for model, usd in (("vendor", "8"), ("ours", "0.5")):
        price = {"model": model, "input_usd_per_million": "2", "output_usd_per_million": usd}
        assert platform.request("POST", "/api/v1/admin/prices", price)[0] == 201
    yield platform
    kill_all(platform, *[name for name in platform.processes if runs(platform, name)])
    platform.stop()


def submitted(mill: Platform, count: int, **body: Any) -> list[str]:
    def one(n: int) -> str:
        return str(mill.submit(f"question {n}", body={"model": "vendor", "stream": False} | body)["id"])

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(count)))


def answered(mill: Platform, ids: list[str]) -> dict[str, int]:
    """How many of these each model answered."""
    rows = mill.sql(
        "SELECT r.model, count(*) FROM job_requests r JOIN jobs j ON j.id = r.job "
        "WHERE r.job = ANY (%s::uuid[]) AND j.state = 'succeeded' GROUP BY 1",
        [id[4:] for id in ids],
    )
    return dict(rows)


def test_a_thousand_jobs_end_well_though_the_vendor_dies_under_them_and_traffic_returns_by_itself(
    mill: Platform, vendor: Vendor
) -> None:
    assert vendor.server
    vendor.server.defaults = {"tokens": 5, "first_token_ms": 100}
    jobs: list[str] = []
    submits = threading.Thread(target=lambda: jobs.extend(submitted(mill, JOBS)))
    submits.start()
    assert vendor.server.wait_for("asked", JOBS // 10, 60)
    vendor.die()
    submits.join()
    all_end(mill, jobs, 120)
    found = answered(mill, jobs)
    assert sum(found.values()) == JOBS and found["ours"] > found["vendor"] > 0, found
    # An outage costs no attempt; what was torn off in the middle of its answer costs one.
    assert mill.sql("SELECT max(failures) FROM jobs WHERE id = ANY (%s::uuid[])", [id[4:] for id in jobs]) <= [(1,)]

    # While it is out, new jobs go to the fallback at once, and say so; but for one at a time, which tries.
    late = [mill.submit("late", body={"model": "vendor"}) for _ in range(20)]
    told = [job["route"]["why"] for job in late if job["model"] == "ours"]
    assert len(told) >= 15 and set(told) == {"vendor is out"}, late
    jobs += [job["id"] for job in late]
    all_end(mill, jobs)
    assert answered(mill, [job["id"] for job in late]) == {"ours": 20}

    vendor.rise(tokens=2)

    def returns() -> bool:
        job = mill.finished(mill.submit("back?", body={"model": "vendor"})["id"])
        jobs.append(job["id"])
        return bool(job["model"] == "vendor")

    wait_for(returns, 60, "a job that the vendor answers again")
    wait_for(lambda: not mill.sql("SELECT 1 FROM model_pauses"), 30, "the breaker closed")
    wait_for(lambda: all(returns() for _ in range(5)), 30, "all of the traffic")
    books_balance(mill, jobs)


def test_a_stream_that_has_begun_ends_in_an_error_and_one_that_has_not_is_answered_by_another(
    mill: Platform, vendor: Vendor
) -> None:
    assert vendor.server
    vendor.server.defaults = {"mode": "torn", "tokens": 20}
    text = _stream(mill)
    assert text.count("stream_broken") == 1 and "[DONE]" not in text and '"model":"vendor"' in text
    vendor.server.defaults = {"mode": "status", "status": 503}
    text = _stream(mill)
    assert text.endswith("data: [DONE]\n\n") and '"model":"ours"' in text and '"model":"vendor"' not in text
    vendor.server.defaults = {}


def _stream(mill: Platform) -> str:
    body = {"model": "vendor", "stream": True, "messages": [{"role": "user", "content": "go"}]}
    status, headers, raw = mill.request("POST", "/v1/chat/completions", body)
    assert status == 200 and headers["x-millrace-route"], raw
    return raw.decode()  # type: ignore[no-any-return]


def test_a_vendor_without_room_slows_its_lane_down_and_fails_nothing(mill: Platform, vendor: Vendor) -> None:
    assert vendor.server
    wait_for(lambda: not mill.sql("SELECT 1 FROM model_pauses WHERE until > now()"), 40, "no pause")
    vendor.server.defaults = {"tokens": 2, "first_token_ms": 50, "at_once": 4}
    jobs = submitted(mill, 100, model="bare")
    all_end(mill, jobs, 100)
    assert answered(mill, jobs) == {"bare": 100}
    vendor.server.defaults = {}
    books_balance(mill, jobs)
