"""The walls between tenants: three roles, and row-level security. Put up whole at every migration.

The owner migrates, and its SECURITY DEFINER functions look up keys and sign-ins. The API sees the rows of the tenants
that its statement names (millrace/db.py). Workers claim across tenants, and see nothing of accounts.
"""

from typing import NamedTuple

from sqlalchemy import Connection, text

from millrace import db


class Wall(NamedTuple):
    """Whose a row is, as SQL; and what each role may do with the rows that it sees."""

    whose: str
    api: str = ""
    worker: str = ""


READ, ADD, WRITE, ALL = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE, DELETE"

#: Once a statement, not once a row.
TENANTS, USER = "ANY ((SELECT allowed_tenants())::uuid[])", "(SELECT allowed_user())"

OF_TENANT = f"tenant = {TENANTS}"

#: Tables whose rows are somebody's.
WALLS = {
    "tenants": Wall(f"id = {TENANTS}", WRITE, READ),
    "members": Wall(f"{OF_TENANT} OR user_id = {USER}", ALL),
    "roles": Wall(OF_TENANT, ALL),
    "invitations": Wall(OF_TENANT, WRITE),
    "api_keys": Wall(OF_TENANT, WRITE, READ),
    "users": Wall(
        f"id = {USER} OR EXISTS (SELECT 1 FROM members m WHERE m.user_id = users.id AND m.tenant = {TENANTS})", WRITE
    ),
    "sessions": Wall(f"user_id = {USER}", WRITE),
    "refresh_tokens": Wall("EXISTS (SELECT 1 FROM sessions s WHERE s.id = session)", WRITE),
    "mailed_tokens": Wall(f"user_id = {USER} OR user_id IS NULL", WRITE),
    "audit_log": Wall(OF_TENANT, READ),
    "flows": Wall(OF_TENANT, WRITE, ALL),
    "queues": Wall(OF_TENANT, WRITE, ALL),
    "jobs": Wall(OF_TENANT, WRITE, ALL),
    "job_requests": Wall(OF_TENANT, WRITE, ALL),
    "job_results": Wall(OF_TENANT, WRITE, ALL),
    "job_checkpoints": Wall(OF_TENANT, ALL, ALL),
    "attempts": Wall(OF_TENANT, ADD, WRITE),
    "idempotency_keys": Wall(OF_TENANT, ADD, ALL),
    "quotas": Wall(OF_TENANT, ALL, READ),
    "quota_balances": Wall(OF_TENANT, WRITE, WRITE),
    "ledger_entries": Wall(OF_TENANT, ADD, ADD),
    "request_log": Wall(OF_TENANT, ADD, ADD),
    "usage_by_hour": Wall(OF_TENANT, READ, ALL),
    "usage_by_day": Wall(OF_TENANT, READ, ALL),
    "usage_by_month": Wall(OF_TENANT, READ, ALL),
    "webhook_endpoints": Wall(OF_TENANT, ALL, "SELECT, UPDATE"),
    "webhook_secrets": Wall(OF_TENANT, ALL, ALL),
    "webhook_outbox": Wall(OF_TENANT, ADD, ALL),
    "webhook_deliveries": Wall(OF_TENANT, WRITE, ALL),
    "webhook_attempts": Wall(OF_TENANT, READ, ALL),
    "batches": Wall(OF_TENANT, WRITE, ALL),
    "batch_reservations": Wall(OF_TENANT, READ, ALL),
    "schedules": Wall(OF_TENANT, ALL, "SELECT, UPDATE"),
    "schedule_runs": Wall(OF_TENANT, ADD, ALL),
    "guards": Wall(OF_TENANT, WRITE, READ),
    "vendor_keys": Wall(OF_TENANT, ALL, "SELECT, UPDATE"),
    "cache_entries": Wall(OF_TENANT, WRITE, ALL),
    "cache_meanings": Wall(OF_TENANT, READ, ALL),
    "cache_purges": Wall(OF_TENANT, READ, ALL),
    "cache_settings": Wall(OF_TENANT, WRITE, READ),
    "comparisons": Wall(OF_TENANT, WRITE, WRITE),
    "comparison_calls": Wall(OF_TENANT, WRITE, WRITE),
    "files": Wall(OF_TENANT, WRITE, ALL),
    "file_totals": Wall(OF_TENANT, WRITE, WRITE),
}

#: Tables that are nobody's: what the API may do with them, and the workers.
OPEN = {
    "alembic_version": (READ, READ),
    "tiers": (WRITE, READ),
    "limits": (WRITE, READ),
    "blocks": (ALL, ""),
    "prices": (WRITE, READ),
    "pricing_rules": (WRITE, READ),
    "lanes": (WRITE, ALL),
    "model_pauses": (ALL, ALL),
    "processes": (ALL, ALL),
    "sweeps": ("", ALL),
    "signing_keys": (ALL, ""),
    "mails": ("INSERT", WRITE),
    "data_keys": (ADD, ADD),
    "alerts": (WRITE, ADD),
    "catalog_entries": (ALL, READ),
    "catalog_version": ("SELECT, UPDATE", READ),
}

#: Views, which show what the tables under them show.
VIEWS = ("analytics", "monthly_quotas")

#: Which SECURITY DEFINER functions workers may call; the API may call every one.
WORKERS_MAY_CALL = (
    "append_audit(json)",
    "drop_partitions(integer)",
    "find_author(uuid,uuid,uuid)",
    "forget_identity()",
    "lane_queues(text,integer,integer)",
    "make_partitions(integer)",
    "owners_of(uuid)",
)

FUNCTIONS = """
CREATE OR REPLACE FUNCTION allowed_tenants() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT string_to_array(nullif(current_setting('millrace.tenants', true), ''), ',')::uuid[]
$$;
CREATE OR REPLACE FUNCTION allowed_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('millrace.acting_user', true), '')::uuid
$$;
"""

_ROLE = """
DO $do$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{name}') THEN
        CREATE ROLE "{name}" LOGIN PASSWORD '{password}';
    ELSIF pg_has_role(current_user, '{name}', 'MEMBER') AND current_setting('is_superuser') = 'on' THEN
        ALTER ROLE "{name}" PASSWORD '{password}';
    END IF;
END $do$;
GRANT USAGE ON SCHEMA public TO "{name}";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{name}";
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{name}";
"""

_POLICY = """
DROP POLICY IF EXISTS {name} ON {table};
CREATE POLICY {name} ON {table} TO {role} USING ({whose}) WITH CHECK ({whose});
"""


_OWN_FUNCTIONS = """
SELECT p.oid::regprocedure::text, p.prosecdef FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def put_up(connection: Connection) -> None:
    """Roles, grants and policies, as they are declared here. Safe to repeat; in the migration's transaction."""
    api, worker = db.role_name("api"), db.role_name("worker")
    for name in (api, worker):
        _run(connection, _ROLE.format(name=name, password=db.role_password(name)))
    for table, wall in WALLS.items():
        _wall_off(connection, table, wall, api, worker)
    for table, rights in OPEN.items():
        _grant(connection, table, api, rights[0])
        _grant(connection, table, worker, rights[1])
    for view in VIEWS:
        _grant(connection, view, api, READ)
        _grant(connection, view, worker, READ)
    _guard_functions(connection, api, worker)


def _wall_off(connection: Connection, table: str, wall: Wall, api: str, worker: str) -> None:
    _run(connection, f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for name, role, whose in (("of_owner", "current_user", "true"), ("of_api", f'"{api}"', wall.whose)):
        _run(connection, _POLICY.format(name=name, table=table, role=role, whose=whose))
    _run(connection, _POLICY.format(name="of_worker", table=table, role=f'"{worker}"', whose="true"))
    _grant(connection, table, api, wall.api)
    _grant(connection, table, worker, wall.worker)


def _grant(connection: Connection, table: str, role: str, rights: str) -> None:
    if rights:
        _run(connection, f'GRANT {rights} ON {table} TO "{role}"')


def _guard_functions(connection: Connection, api: str, worker: str) -> None:
    """What runs with the owner's rights is for the API, and some of it for workers."""
    found = connection.execute(text(_OWN_FUNCTIONS))
    for signature, definer in found.all():
        both = not definer or signature in WORKERS_MAY_CALL
        _run(connection, f'REVOKE ALL ON FUNCTION {signature} FROM PUBLIC, "{api}", "{worker}"')
        _run(connection, f'GRANT EXECUTE ON FUNCTION {signature} TO "{api}"' + (f', "{worker}"' if both else ""))


def _run(connection: Connection, statements: str) -> None:
    connection.connection.cursor().execute(statements)
