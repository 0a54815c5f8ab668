"""The second wall: the API sees one tenant's rows, whatever a query forgets to say, and workers see no accounts."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg2
import psycopg2.errors
import pytest

from millrace.migrations.walls import OPEN, WALLS
from tests.platform import Platform

#: Values that checks ask for, by column; the rest is made up by type.
FITTING = {"state": "queued", "unit": "tokens", "class": 1, "purpose": "reset", "weight": 1} | dict.fromkeys(
    ("redaction", "loops", "stock"), "off"
)
#: Where one column's name has values of its own in a table.
FITTING |= {"webhook_deliveries.state": "pending", "files.state": "uploading", "batches.state": "failed"}
FITTING |= {"schedules.missed": "skip", "schedules.overlap": "skip", "schedule_runs.state": "fired"}

#: Of columns that may be empty, those of which a check asks for one.
FILLED = {"schedules": {"every": 3600}}

MADE_UP: dict[str, Any] = {
    "text": "x", "timestamp with time zone": "2026-01-01", "date": "2026-01-01", "boolean": True, "bytea": b"x",
    "USER-DEFINED": str([0.1] * 384), "bigint": 7, "integer": 7, "smallint": 1, "double precision": 1.0,
    "ARRAY": "{}", "json": "{}", "jsonb": "{}",
}  # fmt: skip

_COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO' AND identity_generation IS NULL
AND is_generated = 'NEVER'
"""

_TABLES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""

UNIQUE = {"hash", "email_key", "token_hash", "kid", "seq", "name"}

#: What tells whose a row is; the tables that are a person's are told by the setting `millrace.acting_user`.
OWNER = {"tenants": "id", "users": "id", "sessions": "user_id", "mailed_tokens": "user_id"}


class Guest:
    """A transaction that is rolled back: fill tables as the superuser, then look as another role."""

    def __init__(self, connection: Any) -> None:
        self.cursor = connection.cursor()
        # Foreign keys are not the matter here.
        self.ask("SET LOCAL session_replication_role = replica")

    def ask(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        self.cursor.execute(statement, parameters or None)
        return self.cursor.fetchall() if self.cursor.description else []

    def become(self, role: str, tenant: str = "", user: str = "") -> None:
        self.ask(f"SET LOCAL ROLE millrace_{role}")
        self.ask(f"SET LOCAL millrace.tenants = '{tenant}'")
        self.ask(f"SET LOCAL millrace.acting_user = '{user}'")

    def row(self, table: str, owner: str) -> tuple[str, list[Any]]:
        """A statement that inserts a row of this tenant or person. To be asked as the superuser."""
        values: dict[str, Any] = dict(FILLED.get(table, {}))
        for column, type in self.ask(_COLUMNS, table):
            made_up = str(uuid.uuid4()) if type == "uuid" else MADE_UP[type]
            values[column] = FITTING.get(f"{table}.{column}", FITTING.get(column, made_up))
        values[OWNER.get(table, "tenant")] = owner
        # Unique ones differ.
        for column in UNIQUE & set(values):
            values[column] = uuid.uuid4().bytes if "hash" in column else str(uuid.uuid4().int % 10**9)
        names = ", ".join(f'"{name}"' for name in values)
        return f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(values))})", list(values.values())

    def fill(self, table: str, owner: str) -> None:
        statement, values = self.row(table, owner)
        self.ask(statement, *values)


@pytest.fixture
def guest(database: Platform) -> Iterator[Guest]:
    connection = database.connect("millrace")
    try:
        yield Guest(connection)
    finally:
        connection.rollback()
        connection.close()


def test_every_table_stands_behind_the_wall_or_says_that_it_is_nobodys(database: Platform) -> None:
    found = dict(database.sql(_TABLES))
    assert set(found) == set(WALLS) | set(OPEN)
    assert {table for table, walled in found.items() if walled} == set(WALLS)


@pytest.mark.parametrize("table", [table for table in WALLS if table != "refresh_tokens"])
def test_the_api_sees_the_rows_of_the_tenant_it_names_and_no_others(guest: Guest, table: str) -> None:
    ours, theirs = str(uuid.uuid4()), str(uuid.uuid4())
    guest.fill(table, ours)
    guest.fill(table, theirs)
    personal = OWNER.get(table, "tenant") == "user_id" or table == "users"
    guest.become("api", *(("", ours) if personal else (ours, "")))
    owner = OWNER.get(table, "tenant")
    assert guest.ask(f"SELECT DISTINCT {owner}::text FROM {table}") == [(ours,)]
    guest.become("api")
    assert guest.ask(f"SELECT * FROM {table}") == []


WRITTEN = [name for name, wall in WALLS.items() if "INSERT" in wall.api and name != "refresh_tokens"]


@pytest.mark.parametrize("table", WRITTEN)
def test_the_api_cannot_write_a_row_of_another_tenant(guest: Guest, table: str) -> None:
    ours, theirs = str(uuid.uuid4()), str(uuid.uuid4())
    statement, values = guest.row(table, theirs)
    guest.become("api", ours, ours)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"):
        guest.ask(statement, *values)


@pytest.mark.parametrize("table", ["users", "sessions", "refresh_tokens", "mailed_tokens", "signing_keys", "members"])
def test_workers_see_nothing_of_accounts(guest: Guest, table: str) -> None:
    guest.become("worker")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        guest.ask(f"SELECT * FROM {table}")


def test_what_runs_with_the_owners_rights_names_its_search_path(database: Platform) -> None:
    """Or a table of the caller's own could come before ours."""
    loose = database.sql(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace "
        "AND NOT coalesce(proconfig @> ARRAY['search_path=public, pg_temp'], false)"
    )
    assert loose == []


def test_nothing_but_our_roles_may_call_our_functions(database: Platform) -> None:
    open_to_all = database.sql(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE pronamespace = 'public'::regnamespace "
        "AND has_function_privilege('public', p.oid, 'EXECUTE') "
        "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    assert open_to_all == []
