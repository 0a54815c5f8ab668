"""A COMMIT whose acknowledgement is lost is sent again: the second time changes nothing."""

import json
from typing import Any

from millrace import ids as identifiers
from tests.faults.books import books_balance
from tests.platform import Platform

#: No worker serves this lane: what is in it is ours.
LANE = "nobody.home"


def _item(mill: Platform) -> dict[str, Any]:
    tenant = mill.sql("SELECT id::text FROM tenants WHERE name = 'admin'")[0][0]
    item = {"id": identifiers.new(), "tenant": tenant, "lane": LANE, "class": 1, "model": "demo", "cost": 1}
    request = {"endpoint": "/v1/chat/completions", "body": "{}", "stream": False, "max_attempts": 3, "tokens": 100}
    return item | request | {"key": f"key of {item['id']}", "hash": "same", "webhook": {"url": "https://example.com/"}}


def _submit(mill: Platform, items: list[dict[str, Any]]) -> list[Any]:
    return mill.sql("SELECT outcome, job::text FROM submit_jobs(%s, true)", json.dumps(items))


def _claim(mill: Platform, jobs: int) -> dict[str, str]:
    """The lease of each job that we run from now on, in a process that lives."""
    process = identifiers.new()
    mill.sql(
        "INSERT INTO processes (id, kind, host, pid, parent, expires_at) "
        "VALUES (%s, 'worker', 'test', 1, 1, now() + interval '1 hour')",
        process,
    )
    statement = "SELECT job::text, lease::text FROM claim_jobs(%s, %s, %s, 0, NULL, now())"
    return dict(mill.sql(statement, LANE, process, jobs))


def _everything(mill: Platform, jobs: list[str]) -> list[object]:
    """All that is kept of these jobs, and of their tenant's quotas."""
    tables = {"jobs": "id", "job_requests": "job", "job_results": "job", "ledger_entries": "job", "attempts": "job"}
    tables |= {"idempotency_keys": "job", "webhook_outbox": "subject"}
    kept: list[object] = [
        mill.sql(f"SELECT t::text FROM {table} t WHERE {key} = ANY (%s::uuid[]) ORDER BY {key}", jobs)
        for table, key in tables.items()
    ]
    balances = "SELECT quota, period, used, reserved FROM quota_balances ORDER BY quota, period"
    return [*kept, mill.sql(balances)]


def test_submits_claims_requeues_and_settles_sent_twice_change_nothing_the_second_time(mill: Platform) -> None:
    items = [_item(mill) for _ in range(3)]
    jobs = [item["id"] for item in items]

    accepted = _submit(mill, items)
    assert accepted == [("accepted", id) for id in jobs]
    once = _everything(mill, jobs)
    assert _submit(mill, items) == accepted
    assert _everything(mill, jobs) == once

    leases = _claim(mill, 3)
    assert sorted(leases) == sorted(jobs)
    assert _claim(mill, 3) == {}

    back = json.dumps([{"id": jobs[0], "lease": leases[jobs[0]], "outcome": "handed_back", "failures": 0, "deaths": 0}])
    assert mill.sql("SELECT job::text FROM requeue_jobs(%s)", back) == [(jobs[0],)]
    once = _everything(mill, jobs)
    mill.sql("SELECT job FROM requeue_jobs(%s)", back)
    assert _everything(mill, jobs) == once
    leases |= _claim(mill, 3)

    end = {"state": "succeeded", "body": "{}", "input_tokens": 3, "output_tokens": 4}
    ends = [end | {"id": id, "lease": leases[id]} for id in jobs]
    settle = "SELECT job::text, attempt FROM settle_jobs(%s)"
    settled = mill.sql(settle, json.dumps(ends))
    assert sorted(id for id, _ in settled) == sorted(jobs)
    once = _everything(mill, jobs)
    # Told again that it is settled, so that whoever asked can go on; and nothing is written.
    assert sorted(mill.sql(settle, json.dumps(ends))) == sorted(settled)
    assert mill.sql(settle, json.dumps([end | {"state": "failed", "error": "{}"} for end in ends])) == []
    assert mill.sql(settle, json.dumps([end | {"lease": identifiers.new()} for end in ends])) == []
    assert _everything(mill, jobs) == once
    assert _submit(mill, items) == accepted
    assert _everything(mill, jobs) == once
    books_balance(mill, [identifiers.show("job", id) for id in jobs])


def test_a_group_sent_again_among_newcomers_counts_only_those(mill: Platform) -> None:
    """Submits and settles fall together by chance, so what is sent again may come in other company."""
    items = [_item(mill) for _ in range(3)]
    _submit(mill, items[:2])
    _submit(mill, items)
    leases = _claim(mill, 3)
    end = {"state": "succeeded", "body": "{}", "output_tokens": 7}
    ends = [end | {"id": id, "lease": lease} for id, lease in leases.items()]
    assert len(mill.sql("SELECT job FROM settle_jobs(%s)", json.dumps(ends[:2]))) == 2
    assert len(mill.sql("SELECT job FROM settle_jobs(%s)", json.dumps(ends))) == 3
    books_balance(mill, [identifiers.show("job", item["id"]) for item in items])
