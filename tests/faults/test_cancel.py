"""A cancel of a running generation closes the connection to the backend."""

from millrace import ids as identifiers
from tests.fakes.openai_server import OpenAIServer
from tests.faults.books import account, all_end, books_balance
from tests.faults.reader import Reader
from tests.faults.strikes import bring_back, waits_for_work
from tests.platform import Platform

#: A backend that would talk for ten seconds.
ENDLESS = {"model": "upstream", "fake": {"tokens": 200, "interval_ms": 50}}


def _cancelled(mill: Platform, id: str) -> None:
    status, _, job = mill.request("POST", f"/api/v1/jobs/{id}/cancel")
    assert status == 200, job


def test_a_cancel_closes_the_upstream_connection_within_a_second(mill: Platform, upstream: OpenAIServer) -> None:
    """By the publication: this worker renews its lease far too seldom to hear of it otherwise."""
    mill.kill("remote")
    mill.extra |= {"LEASE_SECONDS": "60", "RENEW_SECONDS": "30"}
    bring_back(mill, "remote-2")
    mill.extra |= {"LEASE_SECONDS": "3", "RENEW_SECONDS": "0.7"}
    waits_for_work(mill, "remote-2")
    job = mill.submit("talk", body=ENDLESS)["id"]
    reader = Reader(mill, job).has_text()
    before = upstream.deserted
    _cancelled(mill, job)
    assert upstream.wait_for("deserted", before + 1, 1.0)
    assert mill.finished(job)["status"] == "cancelled"
    books_balance(mill, [job], [reader])
    kept = mill.sql("SELECT text FROM job_results WHERE job = %s", identifiers.parse("job", job))
    assert kept[0][0], "what it had said is kept"


def test_a_cancel_whose_publication_is_lost_comes_with_the_next_renewal(mill: Platform, upstream: OpenAIServer) -> None:
    job = mill.submit("talk", body=ENDLESS)["id"]
    reader = Reader(mill, job).has_text()
    before = upstream.deserted
    mill.kill("redis")
    _cancelled(mill, job)
    assert upstream.wait_for("deserted", before + 1, float(mill.extra["RENEW_SECONDS"]) + 2.0)
    all_end(mill, [job])
    assert account(mill, job)["state"] == "cancelled"
    bring_back(mill, "redis")
    books_balance(mill, [job], [reader])
