"""The audit log: one chain, whoever writes; no change goes unseen; each tenant reads its own."""

import json
import subprocess
import time
from typing import Any

import psycopg2
import pytest

from tests.platform import Platform

_NOTE = """
import sys
from millrace import audit, db
db.act_as(sys.argv[1])
for number in range(int(sys.argv[2])):
    audit.note(audit.Act.key_created, actor="user:1", tenant=None, target=f"key:{number}", details={"n": number})
"""

_ROLLED_BACK = """
from millrace import audit, db
try:
    with db.transaction() as connection:
        audit.note(audit.Act.key_revoked, actor="user:1", tenant=None, target="rolled back", connection=connection)
        raise ValueError
except ValueError:
    pass
"""


def note(database: Platform, role: str, count: int) -> "subprocess.Popen[bytes]":
    return database.spawn("-c", _NOTE, role, str(count))


def verify(database: Platform, *arguments: str) -> tuple[int, str]:
    made = database.spawn("-m", "millrace.audit", "verify", *arguments, stdout=subprocess.PIPE, text=True)
    said = made.communicate(timeout=60)[0]
    return made.returncode, said


def tamper(database: Platform, statement: str, *parameters: Any) -> None:
    """As a superuser can who wants to: the triggers stand in nobody's way."""
    for each in ("ALTER TABLE audit_log DISABLE TRIGGER USER", statement, "ALTER TABLE audit_log ENABLE TRIGGER USER"):
        database.sql(each, *(parameters if each == statement else ()))


@pytest.fixture
def rows(database: Platform) -> list[int]:
    """Places of rows that are there."""
    assert note(database, "owner", 5).wait(60) == 0
    return [row[0] for row in database.sql("SELECT seq FROM audit_log ORDER BY seq")]


def test_writers_of_every_role_at_once_make_one_chain(database: Platform) -> None:
    before = database.sql("SELECT coalesce(max(seq), 0) FROM audit_log")[0][0]
    several = [note(database, role, 40) for role in ("api", "worker", "owner", "api")]
    assert [each.wait(60) for each in several] == [0] * 4
    assert database.sql("SELECT count(*), max(seq) FROM audit_log") == [(before + 160, before + 160)]
    code, said = verify(database)
    assert code == 0 and f"{before + 160}:" in said


def test_a_note_goes_with_its_transaction(database: Platform) -> None:
    database.run("-c", _ROLLED_BACK)
    assert database.sql("SELECT count(*) FROM audit_log WHERE target = 'rolled back'") == [(0,)]


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET act = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"])
def test_rows_cannot_be_changed(database: Platform, rows: list[int], statement: str) -> None:
    with pytest.raises(psycopg2.Error, match="append-only"):
        database.sql(statement)


def test_what_was_changed_all_the_same_is_named(database: Platform, rows: list[int]) -> None:
    seq = rows[len(rows) // 2]
    tamper(database, "UPDATE audit_log SET actor = 'user:2' WHERE seq = %s", seq)
    assert verify(database) == (1, f"Broken at {seq}: It was changed.\n")
    tamper(database, "UPDATE audit_log SET actor = 'user:1' WHERE seq = %s", seq)
    assert verify(database)[0] == 0


def test_what_was_deleted_is_named_and_a_cut_off_end_by_its_head(database: Platform, rows: list[int]) -> None:
    head = verify(database)[1].split()[-1]
    assert verify(database, "--head", head)[0] == 0
    for seq, arguments in ((rows[-3], ()), (rows[-1], ("--head", head))):
        database.sql("CREATE TABLE kept AS SELECT * FROM audit_log WHERE seq = %s", seq)
        tamper(database, "DELETE FROM audit_log WHERE seq = %s", seq)
        code, said = verify(database, *arguments)
        assert code == 1 and said.startswith(f"Broken at {seq if arguments else seq + 1}:")
        database.sql("INSERT INTO audit_log SELECT * FROM kept")
        database.sql("DROP TABLE kept")
    assert verify(database, "--head", head)[0] == 0


def test_no_secret_stands_in_it(database: Platform) -> None:
    script = (
        "from millrace import audit\n"
        "audit.note(audit.Act.key_changed, actor='user:1', tenant=None, target='odd',"
        " details={'note': 'mr_live_abcdefghijklmnop \\x00 was the key', 'password': 'hunter2'})"
    )
    database.run("-c", script)
    details = database.sql("SELECT details FROM audit_log WHERE target = 'odd'")[0][0]
    assert "abcdefgh" not in details and "hunter2" not in details
    assert json.loads(details)["note"].endswith("was the key")


# --- Over the API


_ACT = """
import sys
from millrace import audit
act, tenant, *targets = sys.argv[1:]
for target in targets:
    audit.note(audit.Act(act), actor="system", tenant=tenant, target=target, address="203.0.113.7")
"""


def act(platform: Platform, tenant: str, *targets: str, name: str = "key_created") -> None:
    platform.run("-c", _ACT, name, tenant, *targets)


def tenant_of(platform: Platform, name: str) -> str:
    return str(platform.sql("SELECT id FROM tenants WHERE name = %s ORDER BY created_at LIMIT 1", name)[0][0])


def page(platform: Platform, query: str, headers: dict[str, str] | None = None, admin: bool = False) -> dict[str, Any]:
    path = f"/api/v1/{'admin/' if admin else ''}audit?{query}"
    status, _, found = platform.request("GET", path, headers=headers)
    assert status == 200, found
    return found  # type: ignore[no-any-return]


def test_a_tenant_reads_its_own_acts_and_those_who_run_the_platform_all(
    platform: Platform, stranger: dict[str, str]
) -> None:
    ours, theirs = tenant_of(platform, "admin"), tenant_of(platform, "stranger")
    for tenant, target in ((ours, "audit-ours"), (theirs, "audit-theirs")):
        act(platform, tenant, target)
    assert [each["target"] for each in page(platform, "target=audit-ours")["data"]] == ["audit-ours"]
    assert page(platform, "target=audit-theirs")["data"] == []
    assert page(platform, "target=audit-ours", stranger)["data"] == []
    assert page(platform, f"target=audit-ours&tenant=ten_{ours.replace('-', '')}", stranger)["data"] == []
    entry = page(platform, "target=audit-theirs", stranger)["data"][0]
    assert entry["actor"] == "system" and entry["address"] == "203.0.113.7" and entry["details"] == {}

    found = page(platform, f"target=audit-theirs&tenant=ten_{theirs.replace('-', '')}", admin=True)["data"]
    assert [each["id"] for each in found] == [entry["id"]] and len(found[0]["hash"]) == 64
    assert platform.request("GET", "/api/v1/admin/audit", headers=stranger)[0] == 403
    assert platform.request("GET", "/api/v1/admin/audit/verify", headers=stranger)[0] == 403
    # Whose log was read is told so.
    assert page(platform, "act=admin_read", stranger)["data"][0]["details"]["target"] == "audit-theirs"


def test_it_is_walked_by_cursor_and_narrowed_by_time(platform: Platform) -> None:
    ours, begun = tenant_of(platform, "admin"), int(time.time())
    act(platform, ours, *(f"audit-walk-{number}" for number in range(3)), name="exported")
    seen: list[str] = []
    query = f"act=exported&actor=system&since={begun}&limit=1"
    found = page(platform, query)
    while True:
        seen += [each["target"] for each in found["data"]]
        if not found["has_more"]:
            break
        found = page(platform, f"{query}&after={found['last_id']}")
    assert seen == ["audit-walk-2", "audit-walk-1", "audit-walk-0"]
    assert page(platform, f"act=exported&until={begun}&target=audit-walk-0")["data"] == []


@pytest.mark.parametrize("query", ["after=aud_1", "since=x", "since=-1", "act=%00", "limit=101", "target=" + "x" * 301])
def test_a_bad_query_is_refused_plainly(platform: Platform, query: str) -> None:
    assert platform.request("GET", f"/api/v1/audit?{query}")[0] == 400
    assert platform.request("GET", f"/api/v1/admin/audit?{query}")[0] == 400


def test_the_chain_is_verified_over_the_api(platform: Platform) -> None:
    status, _, verdict = platform.request("GET", "/api/v1/admin/audit/verify")
    assert status == 200 and verdict["whole"] and verdict["broken"] is None
    act(platform, tenant_of(platform, "admin"), "audit-head")
    status, _, later = platform.request("GET", f"/api/v1/admin/audit/verify?head={verdict['head']}")
    assert later["whole"] and later["head"] != verdict["head"]
    seq = later["head"].split(":")[0]
    status, _, forged = platform.request("GET", f"/api/v1/admin/audit/verify?head={seq}:{'0' * 64}")
    assert (forged["whole"], forged["broken"]) == (False, int(seq))
    assert platform.request("GET", "/api/v1/admin/audit/verify?head=1")[0] == 400
