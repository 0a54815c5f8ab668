"""Firing on a real Postgres: once a window, whoever looks and whoever dies; and what the policies say."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from millrace import db, ids
from millrace.errors import NotFound
from millrace.schedules import changes, find, firing, runs, windows
from tests.integration.schedules.conftest import JOB, Owner

EXPIRED = "UPDATE schedule_runs SET lease_until = clock_timestamp() - interval '1 second' WHERE schedule = %s"


def test_a_window_fires_once_though_many_look_at_once(owner: Owner) -> None:
    schedules = [owner.schedule() for _ in range(6)]
    for each in schedules:
        owner.overdue(each)
    together = threading.Barrier(4)

    def look(_: int) -> None:
        together.wait()
        firing.round()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(4)))
    firing.round()
    for each in schedules:
        assert [run.state for run in owner.runs(each)] == ["fired"]
    assert owner.jobs() == 6


def test_a_window_that_is_looked_at_again_is_the_same(owner: Owner) -> None:
    schedule = owner.schedule()
    owner.fire(schedule)
    # As from a backup: the schedule has forgotten that it moved on.
    assert [run.state for run in owner.fire(schedule)] == ["fired"]
    assert owner.jobs() == 1


def test_who_dies_between_the_window_and_its_job_is_made_good(owner: Owner) -> None:
    schedule = owner.schedule()
    owner.overdue(schedule)
    assert windows.take() == 1
    run = runs.claim()
    assert run is not None and run.schedule.id == schedule.id
    # It holds the lease, and dies: nobody has it before that is over.
    firing.round()
    assert owner.jobs() == 0
    db.call(EXPIRED, (schedule.id,))
    firing.round()
    assert [each.state for each in owner.runs(schedule)] == ["fired"] and owner.jobs() == 1


def test_who_dies_between_the_job_and_saying_so_has_made_the_only_one(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = owner.schedule(overlap="skip")
    owner.overdue(schedule)
    with monkeypatch.context() as patched:
        patched.setattr(runs.Run, "fired", lambda *_, **__: None)
        firing.round()
    assert [each.state for each in owner.runs(schedule)] == ["pending"] and owner.jobs() == 1
    # Meanwhile it asks for something else, and its author is gone: what was made is made.
    other = JOB | {"body": JOB["body"] | {"messages": [{"role": "user", "content": "Something else"}]}}
    changes.change(owner.actor, schedule.id, {"template": {"job": other}})
    db.call("UPDATE api_keys SET revoked_at = now() WHERE id = %s", (owner.key,))
    db.call(EXPIRED, (schedule.id,))
    firing.round()
    (run,) = owner.runs(schedule)
    assert run.state == "fired" and run.job and run.status == "queued" and owner.jobs() == 1


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("skip", ["skipped"]), ("once", ["fired"]), ("all", ["fired"] * 4)],
)
def test_missed_windows_are_as_the_policy_says(owner: Owner, policy: str, expected: list[str]) -> None:
    schedule = owner.schedule(missed=policy)
    # Even the last is long past.
    db.call(
        "UPDATE schedules SET next_at = date_trunc('day', clock_timestamp()) - interval '4 days' + interval '1 hour', "
        "cron = %s WHERE id = %s",
        (f"0 1 {_days()} * *", schedule.id),
    )
    firing.round()
    found = owner.runs(schedule)
    assert [run.state for run in found] == expected
    assert sum(run.missed + 1 for run in found) == 4 and owner.jobs() == expected.count("fired")
    after = find.find(owner.tenant, schedule.id)
    assert after.next_at is None or after.next_at > found[-1].due_at


def _days() -> str:
    """The four days before today, by their days of the month."""
    return ",".join(str(row[0]) for row in db.call(
        "SELECT extract(day FROM clock_timestamp() - make_interval(days => n))::int "
        "FROM generate_series(1, 4) n ORDER BY 1"
    ))  # fmt: skip


def test_while_the_one_before_has_not_ended_the_next_is_skipped(owner: Owner) -> None:
    schedule = owner.schedule(overlap="skip")
    (first,) = owner.fire(schedule)
    second = owner.now(schedule)
    assert second.state == "skipped" and json.loads(second.error or "")["code"] == "overlap"
    db.call("UPDATE jobs SET state = 'cancelled', finished_at = now() WHERE id = %s", (first.job,))
    assert owner.now(schedule).state == "fired"


def test_or_runs_beside_it_or_in_its_place(owner: Owner) -> None:
    schedule = owner.schedule(overlap="allow")
    owner.fire(schedule)
    assert owner.now(schedule).status == "queued"
    assert [run.status for run in owner.runs(schedule)] == ["queued", "queued"]
    changes.change(owner.actor, schedule.id, {"overlap": "cancel"})
    owner.now(schedule)
    assert [run.status for run in owner.runs(schedule)] == ["cancelled", "cancelled", "queued"]


def test_one_that_is_paused_does_not_fire_and_does_not_catch_up(owner: Owner) -> None:
    schedule = owner.schedule(missed="all")
    owner.overdue(schedule, 5)
    changes.pause(owner.actor, schedule.id)
    firing.round()
    assert owner.runs(schedule) == []
    assert owner.now(schedule).state == "fired"
    resumed = changes.resume(owner.actor, schedule.id)
    firing.round()
    assert len(owner.runs(schedule)) == 1 and resumed.next_at == resumed.timing.next(resumed.created_at)


def test_one_that_is_deleted_while_it_runs_leaves_its_job(owner: Owner) -> None:
    schedule = owner.schedule()
    owner.fire(schedule)
    changes.run_now(owner.tenant, schedule.id)
    changes.delete(owner.actor, schedule.id)
    firing.round()
    assert owner.jobs() == 1
    with pytest.raises(NotFound):
        find.find(owner.tenant, schedule.id)


def test_one_whose_key_is_revoked_is_paused_and_says_why_until_somebody_takes_it_over(owner: Owner) -> None:
    schedule = owner.schedule()
    db.call("UPDATE api_keys SET revoked_at = now() WHERE id = %s", (owner.key,))
    (run,) = owner.fire(schedule)
    assert run.state == "failed" and json.loads(run.error or "")["code"] == "author_gone" and owner.jobs() == 0
    found = find.find(owner.tenant, schedule.id)
    assert found.paused_at and found.reason == "Its API key was revoked." and found.next_at is None
    db.call("UPDATE api_keys SET revoked_at = NULL WHERE id = %s", (owner.key,))
    assert changes.resume(owner.actor, schedule.id).reason is None
    assert owner.now(schedule).state == "fired"


def test_one_whose_key_was_rotated_goes_on_with_the_new_one(owner: Owner) -> None:
    schedule, old, new = owner.schedule(), owner.key, ids.new()
    made = "INSERT INTO api_keys (id, tenant, name, hash, hint) VALUES (%s, %s, 'key', sha256(%s::bytea), 'x')"
    db.call(made, (new, owner.tenant, new))
    db.call("UPDATE api_keys SET replaced_by = %s, revoked_at = now() WHERE id = %s", (new, old))
    (run,) = owner.fire(schedule)
    assert run.state == "fired"
    assert db.call("SELECT api_key FROM job_requests WHERE job = %s", (run.job,)) == [(new,)]


def test_a_run_that_the_quota_does_not_cover_has_failed_and_says_so(owner: Owner) -> None:
    schedule = owner.schedule()
    quota = "INSERT INTO quotas (id, tenant, unit, hard_limit, own) VALUES (%s, %s, 'requests', 0, true)"
    db.call(quota, (ids.new(), owner.tenant))
    (run,) = owner.fire(schedule)
    assert run.state == "failed" and json.loads(run.error or "")["code"] == "quota_exceeded" and owner.jobs() == 0


def test_what_the_author_may_not_any_more_is_not_done(owner: Owner) -> None:
    schedule = owner.schedule()
    db.call("UPDATE api_keys SET scopes = '{jobs:read}' WHERE id = %s", (owner.key,))
    (run,) = owner.fire(schedule)
    assert run.state == "failed" and json.loads(run.error or "")["code"] == "forbidden" and owner.jobs() == 0
