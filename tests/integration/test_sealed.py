"""The database tells nothing of a prompt or an answer, and what said `store: false` is soon not there at all."""

import base64
import hashlib
import json
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from tests.machine import wait_for
from tests.platform import Platform, text_of

#: A word that the demo takes up in its answer, since it is long; nothing else in the world has it.
MARKER = "quetzalwhisperbrook"

QUICK = {"tokens": 60, "rate": 0}

STORELESS = {"store": False, "demo": QUICK}


@pytest.fixture(scope="module")
def home() -> Iterator[Platform]:
    """A platform of its own, whose keys are rotated."""
    made = Platform()
    try:
        yield made.start()
    finally:
        made.stop()


def result(platform: Platform, id: str, process: str = "api") -> tuple[int, Any]:
    status, _, body = platform.request("GET", f"/api/v1/jobs/{id}/result", process=process)
    return status, body


def dump(platform: Platform) -> str:
    """Every row of every table as text, as a backup has it."""
    tables = platform.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return "\n".join(row[0] for (table,) in tables for row in platform.sql(f"SELECT t::text FROM {table} t"))


def disguises(word: str) -> list[str]:
    """The word in clear, in hex, and in base64 wherever in a text it begins."""
    raw = word.encode()
    coded = [base64.b64encode(b" " * shift + raw).decode()[4 : -4 - shift] for shift in range(3)]
    return [word, raw.hex(), *coded]


# --- Sealed


def test_a_dump_holds_no_trace_of_a_prompt_or_an_answer(home: Platform) -> None:
    prompt = f"Tell me of {MARKER} and {MARKER}s"
    done = home.submit(prompt, metadata={"note": "metadata is in clear"}, demo=QUICK)
    quoting = home.submit(prompt, demo={MARKER: 1})
    keyed = home.submit(prompt, {"Idempotency-Key": "k"}, demo=QUICK)
    running = home.submit(prompt, demo={"tokens": 2000, "rate": 30})
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    waiting = home.submit(prompt, run_after=later)
    body = {"model": "demo", "messages": [{"role": "user", "content": prompt}], "demo": QUICK}
    request = {"endpoint": "/v1/chat/completions", "body": body}
    assert MARKER in json.dumps(home.request("POST", "/api/v1/jobs", request, {"Prefer": "wait=20"})[2])
    for job in (done, quoting, keyed):
        home.finished(job["id"])
    wait_for(lambda: home.sql("SELECT 1 FROM job_checkpoints WHERE job = %s", running["id"][4:]), 20, "a checkpoint")

    # Whoever may see it sees it, so it is there.
    assert MARKER in json.dumps(result(home, done["id"])[1])
    assert MARKER in home.job(quoting["id"])["error"]["message"]
    assert any(MARKER in (job["error"] or {}).get("message", "") for job in jobs(home))
    assert MARKER in text_of(home.all_events(done["id"]))

    found = dump(home).lower()
    assert "metadata is in clear" in found and waiting["id"][4:12] in found
    for disguise in disguises(MARKER):
        assert disguise.lower() not in found
    # Nor does Redis, whose file keeps for days what streams keep for minutes.
    kept = in_redis(home)
    assert b"XADD" in kept and done["id"][4:12].encode() in kept
    for disguise in disguises(MARKER):
        assert disguise.encode() not in kept
    for job in (running, waiting):
        home.request("POST", f"/api/v1/jobs/{job['id']}/cancel")
        home.finished(job["id"])
    assert MARKER in text_of(home.all_events(running["id"])), "the checkpoint became the text of the cancelled job"
    for disguise in disguises(MARKER):
        assert disguise.lower() not in dump(home).lower()


def in_redis(platform: Platform) -> bytes:
    """All that its append-only file holds."""
    return b"".join(path.read_bytes() for path in (platform.home / "redis").rglob("*") if path.is_file())


def jobs(platform: Platform) -> list[dict[str, Any]]:
    return platform.request("GET", "/api/v1/jobs?status=failed")[2]["data"]  # type: ignore[no-any-return]


def test_equal_prompts_cannot_be_told_from_their_rows(home: Platform) -> None:
    first, second = (home.submit("the same", demo=QUICK)["id"][4:] for _ in range(2))
    bodies = home.sql("SELECT body FROM job_requests WHERE job IN (%s, %s)", first, second)
    assert len({body for (body,) in bodies}) == 2
    # Their hashes are keyed: who has the dump cannot try prompts.
    hashes = home.sql("SELECT DISTINCT prompt_hash FROM job_requests WHERE job IN (%s, %s)", first, second)
    assert len(hashes) == 1
    body = {"model": "demo", "messages": [{"role": "user", "content": "the same"}], "demo": QUICK}
    assert hashes[0][0] != hashlib.sha256(json.dumps(body, separators=(",", ":")).encode()).hexdigest()


def test_a_row_cannot_be_given_anothers_text(home: Platform) -> None:
    one, other = (home.submit(word, demo=QUICK)["id"] for word in ("mine", "yours"))
    for id in (one, other):
        home.finished(id)
    body = home.sql("SELECT body FROM job_results WHERE job = %s", one[4:])[0][0]
    home.sql("UPDATE job_results SET body = %s WHERE job = %s", body, other[4:])
    status, problem = result(home, other)
    assert status == 500 and problem["code"] == "unreadable" and result(home, one)[0] == 200
    home.sql("UPDATE job_results SET body = NULL WHERE job = %s", other[4:])


# --- Keys


def command(platform: Platform, *arguments: str) -> str:
    heard: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    made = platform.spawn("-m", "millrace.crypto", *arguments, **heard)
    said = made.communicate(timeout=60)[0]
    assert made.returncode == 0, said
    return str(said)


def data_keys(platform: Platform) -> set[int]:
    """Under which data keys anything is sealed."""
    found = dump(platform)
    return {int(number) for number in re.findall(r"mr1\.(\d+)\.", found)}


def test_keys_are_rotated_beside_a_live_system(home: Platform) -> None:
    old = home.submit("before", demo=QUICK)["id"]
    home.finished(old)
    home.sql("UPDATE job_requests SET body = '{\"model\": \"demo\"}' WHERE job = %s", old[4:])
    busy = home.submit("meanwhile", demo={"tokens": 600, "rate": 60})["id"]
    home.reaches(busy, "running")
    file = home.home / "master-key"
    first = file.read_text().strip()

    newest = int(re.findall(r"\d+", command(home, "rotate"))[0])
    assert "rows" in command(home, "reseal")
    assert home.sql("SELECT left(body, 4) FROM job_requests WHERE job = %s", old[4:]) == [("mr1.",)]
    assert result(home, old)[0] == 200, "a process reads what is under a key that it has not met"

    command(home, "rotate", "--master")
    assert file.read_text().strip().endswith(f",{first}") and file.stat().st_mode & 0o777 == 0o600
    command(home, "rotate", "--master", "--finish")
    assert first not in file.read_text() and "," not in file.read_text()

    last = int(re.findall(r"\d+", command(home, "rotate"))[0])
    command(home, "reseal")
    assert last > newest and home.finished(busy)["status"] == "succeeded"
    for id in (old, busy):
        assert result(home, id)[0] == 200, "processes that began with the old master key find the new one"
    command(home, "reseal")
    assert data_keys(home) == {last}

    # And so does one that begins now.
    home.start_process("api-2")
    assert result(home, old, "api-2")[0] == 200
    rows = home.sql("SELECT act FROM audit_log WHERE act IN ('master_key_rotated', 'data_key_rotated', 'resealed')")
    assert len(rows) == 6


def test_a_wrong_master_key_writes_nothing(home: Platform) -> None:
    """It would be readable for nobody else."""
    keys = home.sql("SELECT count(*) FROM data_keys")
    wrong = home.env() | {"MASTER_KEY": base64.b64encode(bytes(range(32))).decode()}
    script = "from millrace import crypto; crypto.seal('{}', 'x')"
    made = home.spawn("-c", script, env=wrong, stderr=subprocess.PIPE, text=True)
    assert "is not here. Restore MASTER_KEY" in made.communicate(timeout=60)[1] and made.returncode
    assert home.sql("SELECT count(*) FROM data_keys") == keys


def test_processes_that_begin_together_make_one_data_key(database: Platform) -> None:
    database.sql("DELETE FROM data_keys")
    script = "from millrace import crypto; print(crypto.seal('{}', 'x'))"
    several = [database.spawn("-c", script, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    sealed = [each.communicate(timeout=60)[0] for each in several]
    assert len({text.split(".")[1] for text in sealed}) == 1
    assert database.sql("SELECT count(*) FROM data_keys") == [(1,)]


# --- store: false


def left(platform: Platform, id: str) -> list[tuple[Any, ...]]:
    """What is kept of a job: its request, its result, and whether it is to be forgotten still."""
    return platform.sql(
        "SELECT r.body <> '', s.body IS NOT NULL, s.text IS NOT NULL, s.forget_at IS NOT NULL, "
        "EXISTS (SELECT 1 FROM job_checkpoints c WHERE c.job = r.job) "
        "FROM job_requests r JOIN job_results s USING (job) WHERE r.job = %s",
        id[4:],
    )


def seconds_left(platform: Platform, id: str) -> float:
    """Until it is forgotten."""
    rows = platform.sql("SELECT extract(epoch FROM forget_at - now()) FROM job_results WHERE job = %s", id[4:])
    return float(rows[0][0])


def forget(platform: Platform, id: str) -> None:
    """As if its time had come."""
    platform.sql("UPDATE job_results SET forget_at = now() WHERE job = %s", id[4:])
    wait_for(lambda: left(platform, id) == [(False, False, False, False, False)], 20, "to be forgotten")


def test_an_answer_that_is_not_to_be_stored_is_gone_after_its_delivery(platform: Platform) -> None:
    id = platform.submit(MARKER, body=STORELESS)["id"]
    platform.finished(id)
    # The request at once; the answer when somebody fetched it, or after a day.
    assert left(platform, id) == [(False, True, True, True, False)]
    assert 23.9 * 3600 < seconds_left(platform, id) < 24 * 3600
    assert MARKER in json.dumps(result(platform, id)[1]) and 25 < seconds_left(platform, id) <= 30
    assert result(platform, id)[0] == 200, "a response that was lost can be asked for again"
    assert 25 < seconds_left(platform, id) <= 30

    forget(platform, id)
    status, problem = result(platform, id)
    assert status == 410 and problem["code"] == "not_kept"
    events = platform.all_events(id)
    assert events[-1][1] == "succeeded" and text_of(events) == ""
    assert platform.job(id)["status"] == "succeeded" and platform.job(id)["usage"]["output_tokens"]
    assert platform.sql("SELECT prompt_hash FROM request_log WHERE job = %s", id[4:]) == [(None,)]
    with redis.Redis.from_url(platform.redis_url) as client:
        assert client.xlen(f"job:{platform.sql('SELECT %s::uuid::text', id[4:])[0][0]}") == 0
    status, _, problem = platform.request("POST", f"/api/v1/jobs/{id}/retry")
    assert status == 409 and "store: false" in problem["detail"]


def test_every_way_of_delivery_counts(platform: Platform) -> None:
    request = {"endpoint": "/v1/chat/completions", "body": {"model": "demo", **STORELESS}}
    request["body"]["messages"] = [{"role": "user", "content": "hi"}]  # type: ignore[index]
    waited = platform.request("POST", "/api/v1/jobs", request, {"Prefer": "wait=20"})[2]["id"]
    streamed = platform.submit("hi", body=STORELESS)["id"]
    assert text_of(platform.all_events(streamed))
    polled = platform.submit("hi", body=STORELESS)["id"]
    platform.finished(polled)
    assert platform.request("GET", f"/api/v1/jobs/{polled}/events", headers={"Accept": "application/json"})[2]["ended"]
    for id in (waited, streamed, polled):
        wait_for(lambda id=id: seconds_left(platform, id) <= 30, 5, id)
    # The events of a job without deltas do not carry its answer.
    told = platform.submit("hi", body=STORELESS | {"stream": False})["id"]
    assert platform.all_events(told)[-1][1] == "succeeded" and seconds_left(platform, told) > 3600


@pytest.mark.parametrize("stream", [False, True])
def test_a_call_of_openais_api_is_its_own_delivery(platform: Platform, stream: bool) -> None:
    body = {"model": "demo", "messages": [{"role": "user", "content": "hi"}], "stream": stream, **STORELESS}
    status, headers, _ = platform.request("POST", "/v1/chat/completions", body)
    assert status == 200
    wait_for(lambda: seconds_left(platform, headers["x-request-id"]) <= 30, 5)


def test_cancelled_and_failed_ones_are_forgotten_too(platform: Platform) -> None:
    cancelled = platform.submit(MARKER, body=STORELESS | {"demo": {"tokens": 5000, "rate": 50}})["id"]
    # Of some length: the marker does not stand at the beginning of the text.
    checkpoint = "SELECT 1 FROM job_checkpoints WHERE job = %s AND event & 4294967295 > 30"
    wait_for(lambda: platform.sql(checkpoint, cancelled[4:]), 20, "a checkpoint")
    platform.request("POST", f"/api/v1/jobs/{cancelled}/cancel")
    failed = platform.submit("hi", body=STORELESS | {"demo": {MARKER: 1}})["id"]
    for id in (cancelled, failed):
        platform.finished(id)
    assert MARKER in platform.job(failed)["error"]["message"] and MARKER in text_of(platform.all_events(cancelled))
    for id in (cancelled, failed):
        assert result(platform, id)[0] == 409
        assert seconds_left(platform, id) <= 30
        forget(platform, id)
    error = platform.job(failed)["error"]
    assert error["code"] == "engine_refused" and MARKER not in error["message"]
    assert platform.sql("SELECT count(*) FROM attempts WHERE job = %s AND error IS NOT NULL", failed[4:]) == [(0,)]
    assert text_of(platform.all_events(cancelled)) == "" and result(platform, cancelled)[0] == 409


def test_what_is_to_be_stored_stays(platform: Platform) -> None:
    id = platform.submit("hi", demo=QUICK)["id"]
    platform.finished(id)
    assert result(platform, id)[0] == 200 and left(platform, id) == [(True, True, True, False, False)]
    before = time.monotonic()
    assert platform.request("POST", f"/api/v1/jobs/{id}/retry")[0] == 202 and time.monotonic() - before < 10
