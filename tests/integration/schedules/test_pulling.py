"""A batch over a file that is pulled from somebody's bucket when it is due."""

import json
from typing import Any

import pytest

from millrace import db, files
from millrace.schedules import firing, runs, windows
from millrace.settings import settings
from tests.fakes.s3_server import BUCKET, KEYS, S3Server
from tests.integration.schedules.conftest import Owner

LINES = b'{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "demo"}}\n' * 30_000
OWN = {"access_key_id": KEYS["S3_ACCESS_KEY_ID"], "secret_access_key": KEYS["S3_SECRET_ACCESS_KEY"]}


def batch(s3: S3Server, **source: Any) -> dict[str, Any]:
    asked = {"bucket": BUCKET, "key": "in/{date}.jsonl", "endpoint_url": s3.url, "credentials": OWN} | source
    return {"endpoint": "/v1/chat/completions", "completion_window": "24h", "input": {"s3": asked}}


@pytest.fixture
def reachable(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> Owner:
    """As in development: the fake is on this machine."""
    monkeypatch.setenv("WEBHOOK_ALLOW", "127.0.0.1/32")
    settings.cache_clear()
    return owner


def put(s3: S3Server, content: bytes = LINES) -> None:
    (day,) = db.call("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD')")[0]
    s3.client.put_object(Bucket=BUCKET, Key=f"in/{day}.jsonl", Body=content)


def test_the_object_of_the_day_becomes_a_file_and_the_file_a_batch(reachable: Owner, s3: S3Server) -> None:
    put(s3)
    (run,) = reachable.fire(reachable.schedule(batch=batch(s3)))
    assert run.state == "fired" and run.status == "validating", run
    ((file, key),) = db.call("SELECT input_file, api_key FROM batches WHERE id = %s", (run.batch,))
    assert b"".join(files.read(files.find(reachable.tenant, file))) == LINES and key == reachable.key


def test_who_dies_after_the_batch_has_made_the_only_one(
    reachable: Owner, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3)
    schedule = reachable.schedule(batch=batch(s3))
    with monkeypatch.context() as patched:
        patched.setattr(runs.Run, "fired", lambda *_, **__: None)
        reachable.fire(schedule)
    db.call("UPDATE schedule_runs SET lease_until = now() WHERE schedule = %s", (schedule.id,))
    firing.round()
    (run,) = reachable.runs(schedule)
    assert run.state == "fired"
    assert db.call("SELECT count(*) FROM batches WHERE tenant = %s", (reachable.tenant,)) == [(1,)]


@pytest.mark.parametrize(
    ("source", "code", "says"),
    [
        ({"key": "in/nothing.jsonl"}, "source_refused", "404"),
        ({"endpoint_url": "http://169.254.169.254"}, "source_refused", "public internet"),
        ({"endpoint_url": "http://10.0.0.1:9000"}, "source_refused", "public internet"),
    ],
)
def test_an_object_that_is_not_given_is_a_run_that_failed(
    reachable: Owner, s3: S3Server, source: dict[str, Any], code: str, says: str
) -> None:
    (run,) = reachable.fire(reachable.schedule(batch=batch(s3, **source)))
    error = json.loads(run.error or "{}")
    assert run.state == "failed" and error["code"] == code and says in error["message"], run


def test_an_endpoint_on_this_machine_is_not_called_unless_it_is_allowed(owner: Owner, s3: S3Server) -> None:
    put(s3)
    (run,) = owner.fire(owner.schedule(batch=batch(s3)))
    assert run.state == "failed" and "public internet" in json.loads(run.error or "{}")["message"]


def test_a_bucket_that_is_away_is_asked_again_and_not_for_ever(reachable: Owner, s3: S3Server) -> None:
    schedule = reachable.schedule(batch=batch(s3, endpoint_url="http://127.0.0.1:9"))
    reachable.overdue(schedule)
    windows.take()
    for tried in range(1, runs.TRIES + 1):
        firing.round()
        assert db.call("SELECT tries FROM schedule_runs WHERE schedule = %s", (schedule.id,)) == [(tried,)]
        db.call("UPDATE schedule_runs SET lease_until = now() WHERE schedule = %s", (schedule.id,))
    (run,) = reachable.runs(schedule)
    assert run.state == "failed" and json.loads(run.error or "{}")["code"] == "source_unavailable"
