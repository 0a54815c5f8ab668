"""Cancel, pause, windows, partial results, failed lines once more."""

import csv
import io

import pyarrow.parquet

from tests.integration.batches.conftest import Owner, line, written
from tests.machine import wait_for

#: Two slots, and a second a line.
SLOW = {"model": "narrow", "tokens": 10, "rate": 10}


def test_cancel_stops_new_lines_at_once_and_keeps_what_is_done(owner: Owner) -> None:
    quota = owner.quota("requests", 1000)
    batch = owner.batch([line("quick", model="demo"), *(line(str(n), **SLOW) for n in range(30))])
    wait_for(lambda: owner.look(batch)["request_counts"]["completed"] >= 1, 20, "one is done")
    status, now = owner.act(batch, "cancel")
    assert status == 200 and now["status"] in ("cancelling", "cancelled")
    done = owner.reaches(batch, "cancelled")
    assert 1 <= done["request_counts"]["completed"] < 10
    errors = owner.file(done["error_file_id"])
    assert {each["error"]["code"] for each in errors} == {"batch_cancelled"}
    assert len(errors) + len(owner.file(done["output_file_id"])) == 31
    assert owner.balance(quota)[1] == 0 and owner.balances()
    assert owner.act(batch, "cancel")[1]["status"] == "cancelled"


def test_a_window_that_passes_expires_the_rest(owner: Owner) -> None:
    batch = owner.batch([line("quick"), *(line(str(n), **SLOW) for n in range(20))])
    wait_for(lambda: owner.look(batch)["request_counts"]["completed"] >= 1, 20, "one is done")
    id = batch["id"].removeprefix("batch_")
    owner.platform.sql("UPDATE jobs SET deadline = now() WHERE batch = %s AND state = 'queued'", id)
    owner.platform.sql("UPDATE batches SET deadline = now() WHERE id = %s", id)
    done = owner.reaches(batch, "expired")
    codes = {each["custom_id"]: each["error"]["code"] for each in owner.file(done["error_file_id"])}
    assert set(codes.values()) == {"batch_expired"} and "quick" not in codes
    assert len(codes) == done["request_counts"]["failed"] and owner.balances()


def test_lines_that_were_no_jobs_yet_when_it_ended_are_in_the_error_file_and_run_again(owner: Owner) -> None:
    """As a batch is found whose process died between two blocks, and that is then cancelled, or too late."""
    first = len(written([line("ran")]))
    for state, code in (("cancelling", "batch_cancelled"), ("in_progress", "batch_expired")):
        batch = owner.batch([line("ran"), line("left"), line("over")], "batches/quote")
        owner.reaches(batch, "quoted")
        one_is_in = "UPDATE batches SET state = %s, inserted = 1, next_number = 2, next_offset = %s, deadline = now()"
        owner.platform.sql(f"{one_is_in} WHERE id = %s", state, first, batch["id"].removeprefix("batch_"))
        done = owner.reaches(batch, code.removeprefix("batch_"))
        assert done["request_counts"] == {"total": 3, "completed": 0, "failed": 2}
        errors = owner.file(done["error_file_id"])
        assert [(each["custom_id"], each["error"]["code"]) for each in errors] == [("left", code), ("over", code)]
        assert [each["id"] for each in errors] == [each["id"] for each in owner.lines(batch, "failed")]
        child = owner.ended(owner.act(batch, "retry-failed")[1])
        assert {each["custom_id"] for each in owner.file(child["output_file_id"])} == {"left", "over"}


def test_a_paused_batch_begins_no_line_until_it_is_resumed(owner: Owner) -> None:
    batch = owner.batch([line(str(n), **SLOW) for n in range(6)])
    owner.reaches(batch, "in_progress")
    assert owner.act(batch, "pause")[1]["paused"] is True
    running = "SELECT count(*) FROM jobs WHERE batch = %s AND state = 'running'"
    wait_for(lambda: owner.platform.sql(running, batch["id"].removeprefix("batch_"))[0][0] == 0, 20, "none runs")
    assert owner.look(batch)["progress"]["waiting"] > 0
    assert owner.act(batch, "resume")[1]["paused"] is False
    assert owner.ended(batch)["status"] == "completed"
    assert owner.act(batch, "pause")[0] == 409


def test_results_are_there_while_it_runs_in_three_forms(owner: Owner) -> None:
    lines = [line("=cmd()", "done"), *(line(str(n), **SLOW) for n in range(4))]
    batch = owner.batch(lines)
    wait_for(lambda: owner.look(batch)["request_counts"]["completed"] >= 1, 20, "one is done")
    assert [each["custom_id"] for each in owner.lines(batch, "all")] == ["=cmd()"]
    owner.ended(batch)
    rows = list(
        csv.DictReader(io.StringIO(owner.ask("GET", f"/api/v1/batches/{batch['id']}/results?format=csv")[1].decode()))
    )
    assert [row["custom_id"] for row in rows] == ["'=cmd()", "0", "1", "2", "3"]
    raw = owner.ask("GET", f"/api/v1/batches/{batch['id']}/results?format=parquet&lines=succeeded")[1]
    table = pyarrow.parquet.read_table(io.BytesIO(raw)).to_pylist()
    assert [row["custom_id"] for row in table] == ["=cmd()", "0", "1", "2", "3"] and all(row["text"] for row in table)


def test_failed_lines_are_run_again_as_a_child_and_no_others(owner: Owner) -> None:
    batch = owner.ended(owner.batch([line("good"), line("bad", fail="bad_request"), line("worse", fail="bad_request")]))
    assert batch["status"] == "completed" and batch["request_counts"] == {"total": 3, "completed": 1, "failed": 2}
    status, child = owner.act(batch, "retry-failed")
    assert status == 202 and child["retry_of"] == batch["id"]
    done = owner.ended(child)
    assert {each["custom_id"] for each in owner.file(done["error_file_id"])} == {"bad", "worse"}
    assert done["output_file_id"] is None and done["status"] == "completed"
    assert owner.act(owner.ended(owner.batch([line("good")])), "retry-failed")[0] == 409


def test_lines_of_a_batch_keep_nobody_waiting(owner: Owner) -> None:
    """Two slots, one kept for interactive work: a chat does not wait behind a hundred lines."""
    other = Owner(owner.platform)
    batch = owner.batch([line(str(n), **SLOW) for n in range(100)])
    owner.reaches(batch, "in_progress")
    asked = line("x", model="narrow")["body"]
    status, answer = other.ask("POST", "/v1/chat/completions", asked)
    assert status == 200 and answer["choices"], answer
    assert owner.look(batch)["request_counts"]["completed"] < 20
    owner.act(batch, "cancel")


def test_a_batchs_lines_have_a_list_of_their_own_and_crowd_no_other(owner: Owner) -> None:
    batch = owner.batch([line("b"), line("bad", fail="bad_request"), line("a")])
    owner.ended(batch)
    single = owner.platform.submit(headers=owner.headers)["id"]
    assert [job["id"] for job in owner.ask("GET", "/api/v1/jobs")[1]["data"]] == [single]
    listed = f"/api/v1/jobs?batch={batch['id']}"
    first = owner.ask("GET", f"{listed}&limit=2")[1]
    rest = owner.ask("GET", f"{listed}&limit=2&after={first['last_id']}")[1]
    jobs = first["data"] + rest["data"]
    assert [job["custom_id"] for job in jobs] == ["b", "bad", "a"] and {job["batch"] for job in jobs} == {batch["id"]}
    assert first["has_more"] and not rest["has_more"]
    assert [job["custom_id"] for job in owner.ask("GET", f"{listed}&status=failed")[1]["data"]] == ["bad"]
    assert Owner(owner.platform).ask("GET", listed)[0] == 404
