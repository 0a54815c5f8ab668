"""The ledger: one entry a job, at the prices of its day, for ever; alerts where a balance strays or a limit is near."""

import csv
import io
import json
import subprocess
import time
from typing import Any

import psycopg2
import psycopg2.errors
import pytest

from millrace import ids
from tests.machine import wait_for
from tests.payer import INPUT, OUTPUT, Books, Payer
from tests.platform import Platform

ROUND = "from millrace.ledger import rounds; rounds.minute()"

CHECK = ("-m", "millrace.ledger", "check")


@pytest.fixture
def books(database: Platform) -> Books:
    made = Books(database)
    made.price()
    return made


def command(platform: Platform, *arguments: str) -> tuple[int, str]:
    made = platform.spawn(*arguments, stdout=subprocess.PIPE, text=True)
    said = made.communicate(timeout=60)[0]
    return made.returncode, said


def ended(books: Books, state: str = "succeeded", **fields: Any) -> str:
    [job] = books.accept()
    books.run()
    books.settle(job, state=state, **fields)
    return job


# --- Entries


@pytest.mark.parametrize("statement", [
    "UPDATE ledger_entries SET nanos = 0", "DELETE FROM ledger_entries", "TRUNCATE ledger_entries",
])  # fmt: skip
def test_nobody_changes_an_entry_not_even_the_owner(books: Books, statement: str) -> None:
    job = ended(books, input_tokens=1)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
        books.platform.sql(statement)
    assert books.charged(job) == (INPUT, 0)


@pytest.mark.parametrize(
    ("state", "fields", "nanos"),
    [
        ("succeeded", {}, 10 * INPUT + 5 * OUTPUT),
        ("cancelled", {"estimated": True}, 10 * INPUT + 5 * OUTPUT),
        ("failed", {}, 0),
        ("expired", {}, 0),
        ("succeeded", {"cache": "exact"}, 0),
        ("succeeded", {"cached_tokens": 4}, 6 * INPUT + 4 * 10 + 5 * OUTPUT),
        ("succeeded", {"cached_tokens": 4000}, 10 * 10 + 5 * OUTPUT),
        ("succeeded", {"own_key": True}, 0),
        ("cancelled", {"own_key": True}, 0),
    ],
)
def test_an_outcome_is_charged_as_the_rules_say(
    books: Books, state: str, fields: dict[str, Any], nanos: int
) -> None:
    books.platform.sql("UPDATE prices SET cached_input_nanos = 10 WHERE model = 'm'")
    money, requests, tokens = (books.quota(unit, None) for unit in ("nanos", "requests", "tokens"))
    job = ended(books, state, input_tokens=10, output_tokens=5, **fields)
    assert books.charged(job) == (nanos, 0)
    assert books.balance(money) == (nanos, 0)
    assert books.balance(requests) == (0 if state == "failed" else 1, 0)
    assert books.balance(tokens) == (0 if "cache" in fields else 15, 0)


def test_a_price_may_be_a_fraction_of_a_nano_dollar_and_a_bill_is_rounded_up_once(books: Books) -> None:
    books.price("cheap", input_nanos="37.5", output_nanos="0.001")
    [job] = books.accept(model="cheap")
    books.run()
    books.settle(job, input_tokens=3, output_tokens=1)
    assert books.charged(job) == (113, 0)


def test_a_job_costs_what_held_when_it_was_submitted(books: Books) -> None:
    model = f"m-{books.tenant}"
    set_price = "SELECT set_price(%s, %s, %s, 0, NULL, 0, NULL)"
    books.platform.sql(set_price, ids.new(), model, 5)
    [early] = books.accept(model=model)
    books.platform.sql(set_price, ids.new(), model, 7)
    [late] = books.accept(model=model)
    books.run()
    books.settle(early, late, input_tokens=100)
    assert (books.charged(early)[0], books.charged(late)[0]) == (500, 700)


def test_a_wait_of_months_can_be_settled(books: Books) -> None:
    [job] = books.accept()
    books.platform.sql("UPDATE jobs SET created_at = created_at - interval '300 days' WHERE id = %s", job)
    books.run()
    books.settle(job)
    assert books.platform.sql("SELECT waited_ms / 86400000 FROM request_log WHERE job = %s", job) == [(300,)]


def test_a_cancelled_answer_is_charged_for_the_text_that_was_seen(platform: Platform) -> None:
    payer = Payer(platform)
    _, job = payer.submit(demo={"tokens": 1000, "rate": 100}, max_tokens=1000)
    events = f"/api/v1/jobs/{job['id']}/events"

    def seen() -> str:
        found = payer.ask("GET", events, headers={"Accept": "application/json"})[1]["data"]
        return "".join(each["data"]["text"] for each in found if each["type"] == "delta")

    wait_for(lambda: len(seen()) > 40, 20, "text")
    payer.ask("POST", f"/api/v1/jobs/{job['id']}/cancel")
    payer.finished()
    found = platform.sql(
        "SELECT outcome, input_tokens > 0, output_tokens, estimated FROM ledger_entries WHERE job = %s",
        ids.parse("job", job["id"]),
    )
    text = seen()
    assert found == [("cancelled", True, -(-len(text) // 4), True)]
    assert payer.ask("GET", f"/api/v1/jobs/{job['id']}")[1]["usage"]["output_tokens"] == found[0][2]


def test_a_job_cancelled_in_its_queue_costs_nothing(books: Books) -> None:
    requests = books.quota("requests", None)
    [job] = books.accept()
    books.settle(job, state="cancelled")
    assert books.charged(job) == (0, 0) and books.balance(requests) == (0, 0)


# --- The request log


def test_the_request_log_says_how_a_request_failed_and_never_what_it_asked(platform: Platform) -> None:
    payer = Payer(platform)
    payer.submit(demo={"fail": "bad_request"}, messages=[{"role": "user", "content": "xyzzy plugh"}])
    payer.finished()
    row = platform.sql("SELECT r::text, status, error_code FROM request_log r WHERE tenant = %s", payer.tenant)
    assert row[0][1:] == ("failed", "bad_request") or row[0][2], row
    assert "xyzzy" not in row[0][0]


def test_months_are_made_ahead_and_dropped_when_they_are_old(database: Platform) -> None:
    def months() -> list[str]:
        found = database.sql(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'request_log'::regclass ORDER BY 1"
        )
        return [name for (name,) in found]

    row = "INSERT INTO request_log (at, job, tenant, endpoint, model, status, input_tokens, output_tokens) " \
        "VALUES (%s::timestamptz, gen_random_uuid(), gen_random_uuid(), '', %s, '', 0, 0)"  # fmt: skip
    database.sql("SELECT make_partitions(2)")
    before = months()
    assert len(before) == 4 and before[-1] == "request_log_rest"
    assert database.sql("SELECT make_partitions(2)") == [(0,)]
    # Rows that came before their month's partition stay where they are, and nothing fails.
    [(ahead,)] = database.sql("SELECT date_trunc('month', now()) + interval '4 months'")
    database.sql(row, ahead, "early")
    assert database.sql("SELECT make_partitions(5)") == [(2,)]
    where = "SELECT tableoid::regclass::text FROM request_log WHERE model = 'early'"
    assert database.sql(where) == [("request_log_rest",)]
    # Old ones go, with what the rest holds of their time.
    database.sql(
        "CREATE TABLE request_log_2020_01 PARTITION OF request_log FOR VALUES FROM ('2020-01-01') TO ('2020-02-01')"
    )
    database.sql(row, "2020-01-05", "old")
    database.sql(row, "2020-02-05", "old")
    assert database.sql("SELECT drop_partitions(13)") == [(1,)]
    assert database.sql("SELECT count(*) FROM request_log WHERE model = 'old'") == [(0,)]
    assert database.sql("SELECT count(*) FROM request_log WHERE model = 'early'") == [(1,)]
    assert set(before) <= set(months())
    with pytest.raises(psycopg2.Error, match="current month"):
        database.sql("SELECT drop_partitions(0)")
    # The role that does it every minute may.
    assert command(database, "-c", f"from millrace import db; db.act_as('worker'); {ROUND}")[0] == 0
    # As it was, for those who look at the schema.
    for name in set(months()) - set(before):
        database.sql(f"DROP TABLE {name}")
    database.sql("DELETE FROM request_log WHERE model = 'early'")


# --- Balances


def test_drift_made_by_hand_is_found_told_and_corrected(books: Books) -> None:
    used, reserved, missing, sound = (books.quota(unit, None, **scope) for unit, scope in (
        ("requests", {}), ("tokens", {}), ("nanos", {}), ("tokens", {"model": "m"}),
    ))  # fmt: skip
    jobs = books.accept(5)
    books.run(3)
    books.settle(*list(books.leases)[:2], input_tokens=3)
    right = [books.balance(quota) for quota in (used, reserved, missing, sound)]
    assert right[1] == (6, 30) and len(jobs) == 5
    books.platform.sql("UPDATE quota_balances SET used = used + 5 WHERE quota = %s", used)
    books.platform.sql("UPDATE quota_balances SET reserved = 0 WHERE quota = %s", reserved)
    books.platform.sql("DELETE FROM quota_balances WHERE quota = %s", missing)

    code, said = command(books.platform, *CHECK, "--dry-run")
    assert code == 1 and all(quota in said for quota in (used, reserved, missing)) and sound not in said
    assert books.balance(used)[0] == right[0][0] + 5
    code, said = command(books.platform, *CHECK)
    assert code == 1 and f"used {right[0][0] + 5}, by the ledger {right[0][0]};" in said
    assert [books.balance(quota) for quota in (used, reserved, missing, sound)] == right
    alerts = books.platform.sql("SELECT kind, details FROM alerts WHERE tenant = %s", books.tenant)
    assert [kind for kind, _ in alerts] == ["balance_drift"] * 3
    figures = {found["quota"]: (found["used"], found["reserved"]) for found in (json.loads(text) for _, text in alerts)}
    assert figures == {used: (right[0][0] + 5, right[0][1]), reserved: (6, 0), missing: (0, 0)}
    assert books.platform.sql("SELECT count(*) FROM audit_log WHERE tenant = %s", books.tenant) == [(3,)]
    code, said = command(books.platform, *CHECK)
    assert code == 0 and "Every balance" in said


def test_balances_that_move_while_they_are_looked_at_have_not_drifted(books: Books) -> None:
    books.quota("tokens", None)
    drifted = []
    looking = books.platform.connect("millrace")
    looking.autocommit = True
    with looking.cursor() as cursor:
        import threading

        def work() -> None:
            for _ in range(20):
                books.accept(2)
                books.settle(*books.run(2), input_tokens=1)

        worker = threading.Thread(target=work)
        worker.start()
        while worker.is_alive():
            cursor.execute("SELECT * FROM quota_drift(date_trunc('month', now() AT TIME ZONE 'UTC')::date) "
                           "WHERE tenant = %s", (books.tenant,))  # fmt: skip
            drifted += cursor.fetchall()
            time.sleep(0.005)
        worker.join()
    looking.close()
    assert drifted == []


def test_the_nights_work_is_done_once_a_day_whoever_asks(database: Platform, books: Books) -> None:
    database.sql("DELETE FROM sweeps WHERE name LIKE 'ledger%%'")
    quota = books.quota("requests", None)
    ended(books)
    database.sql("UPDATE quota_balances SET used = 9 WHERE quota = %s", quota)
    assert command(database, "-c", ROUND)[0] == 0
    assert books.balance(quota) == (1, 0)
    database.sql("UPDATE quota_balances SET used = 9 WHERE quota = %s", quota)
    assert command(database, "-c", ROUND)[0] == 0
    assert books.balance(quota) == (9, 0)
    database.sql("UPDATE sweeps SET ran_at = ran_at - interval '1 day' WHERE name LIKE 'ledger%%'")
    assert command(database, "-c", ROUND)[0] == 0
    assert books.balance(quota) == (1, 0)


# --- Soft limits


TELL = "from millrace import db; db.act_as('worker'); from millrace.ledger import soft_limits; soft_limits.tell()"


def test_a_soft_limit_is_told_once_a_month_to_operators_owners_and_the_audit_log(books: Books) -> None:
    database, user = books.platform, ids.new()
    person = "INSERT INTO users (id, email, email_key, password_hash) VALUES (%s, 'o@x.example', %s, '')"
    database.sql(person, user, user)
    database.sql("INSERT INTO members (tenant, user_id, role) VALUES (%s, %s, 'owner')", books.tenant, user)
    quota = books.quota("requests", 10, soft_limit=2)
    mails = "SELECT count(*) FROM mails WHERE subject LIKE 'A soft limit%%'"
    before = database.sql(mails)[0][0]

    def told() -> tuple[int, int, int]:
        assert command(database, "-c", TELL)[0] == 0
        alerts, notes = (
            database.sql(f"SELECT count(*) FROM {table} WHERE {which} AND tenant = %s", books.tenant)[0][0]
            for table, which in (("alerts", "kind = 'quota_soft'"), ("audit_log", "act = 'soft_limit_crossed'"))
        )
        return alerts, notes, database.sql(mails)[0][0] - before

    ended(books)
    assert told() == (0, 0, 0)
    ended(books)
    assert told() == (1, 1, 1)
    ended(books)
    assert told() == (1, 1, 1)
    database.sql("UPDATE quota_balances SET period = period - interval '1 month' WHERE quota = %s", quota)
    ended(books)
    assert told() == (1, 1, 1)
    ended(books)
    assert told() == (2, 2, 2)


# --- Over HTTP


def test_entries_are_paged_exported_as_csv_and_the_export_is_noted(platform: Platform) -> None:
    payer = Payer(platform)
    for _ in range(5):
        payer.submit(demo={"tokens": 2, "rate": 0})
    payer.finished()
    found: list[Any] = []
    page: dict[str, Any] = {"has_more": True, "last_id": None}
    while page["has_more"]:
        after = f"&after={page['last_id']}" if found else ""
        status, page = payer.ask("GET", f"/api/v1/ledger?limit=2{after}")
        assert status == 200
        found += page["data"]
    assert len({each["id"] for each in found}) == len(found) == 5
    assert [each["entered_at"] for each in found] == sorted((each["entered_at"] for each in found), reverse=True)
    status, text = payer.ask("GET", "/api/v1/ledger", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(text.decode())))
    assert [row["job"] for row in rows] == [each["id"] for each in found]
    assert [row["cost_usd"] for row in rows] == [each["cost_usd"] for each in found]
    assert platform.sql("SELECT act, target FROM audit_log WHERE tenant = %s", payer.tenant) == [("exported", "ledger")]
    assert payer.ask("GET", "/api/v1/ledger?from=4000000000")[1]["data"] == []
    for bad in ("after=x", "from=-1", "to=x", "limit=0"):
        assert payer.ask("GET", f"/api/v1/ledger?{bad}")[0] == 400
    assert Payer(platform).ask("GET", "/api/v1/ledger")[1]["data"] == []


def test_a_new_price_closes_the_one_before_and_nothing_past_is_edited(platform: Platform) -> None:
    path = "/api/v1/admin/prices"
    price = {"model": "pair", "input_usd_per_million": "0.0375", "output_usd_per_million": "0.6"}
    status, _, first = platform.request("POST", path, price)
    assert status == 201 and first["valid_until"] is None and first["input_usd_per_million"] == "0.0375"
    later = price | {"valid_from": 4_000_000_000, "input_usd_per_million": 1}
    status, _, future = platform.request("POST", path, later)
    assert status == 201
    status, _, second = platform.request("POST", path, price | {"valid_from": 5, "input_usd_per_million": "2"})
    assert status == 201 and second["valid_until"] == 4_000_000_000 == future["valid_from"]
    found = {each["id"]: each for each in platform.request("GET", f"{path}?model=pair")[2]["data"]}
    assert found[first["id"]]["valid_until"] == second["valid_from"] >= first["valid_from"]
    assert platform.request("POST", path, later)[0] == 409
    for wrong in ({"input_usd_per_million": -1}, {"input_usd_per_million": 10**6}, {"model": "none"}, {"model": ""}):
        assert platform.request("POST", path, price | wrong)[0] == 400
    assert platform.request("GET", f"{path}?model=%00")[0] == 400
    payer = Payer(platform)
    assert payer.ask("GET", path)[0] == payer.ask("POST", path, price)[0] == 403


def test_rules_and_alerts_are_for_operators(platform: Platform) -> None:
    rule = "/api/v1/admin/pricing-rules/failed"
    assert platform.request("PUT", rule, {"part": "0.25"})[2]["part"] == "0.25"
    assert platform.request("GET", rule)[2]["part"] == "0.25"
    assert platform.request("PUT", rule, {"part": 0})[2]["part"] == "0"
    assert platform.request("PUT", rule, {"part": 2})[0] == 400
    assert platform.request("PUT", "/api/v1/admin/pricing-rules/lost", {"part": 0})[0] == 404
    platform.sql("INSERT INTO alerts (kind, about, details) VALUES ('test', 'x', '{\"a\": 1}')")
    listed = platform.request("GET", "/api/v1/admin/alerts?limit=1")[2]["data"]
    assert (listed[0]["kind"], listed[0]["details"], listed[0]["settled_at"]) == ("test", {"a": 1}, None)
    path = f"/api/v1/admin/alerts/{listed[0]['id']}/settle"
    assert [platform.request("POST", path)[0] for _ in range(2)] == [200, 200]
    assert listed[0]["id"] not in [each["id"] for each in platform.request("GET", "/api/v1/admin/alerts")[2]["data"]]
    assert platform.request("GET", "/api/v1/admin/alerts?open=false&limit=1")[2]["data"][0]["settled_at"]
    assert platform.request("POST", "/api/v1/admin/alerts/alert_1/settle")[0] == 404
    assert Payer(platform).ask("GET", "/api/v1/admin/alerts")[0] == 403
