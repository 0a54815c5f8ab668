"""The schema: the declared tables are the migrated ones, migrating again changes nothing, and claims walk indexes."""

import subprocess
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from millrace.tables import metadata
from tests.integration.test_fairness import JOB, Lane
from tests.platform import Platform

#: Everything a migration makes: columns, indexes, constraints, functions and the version.
_PICTURE = """
SELECT 'column', table_name || '.' || column_name, data_type || is_nullable || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
UNION ALL SELECT 'version', version_num, '' FROM alembic_version
ORDER BY 1, 2
"""


def test_the_declared_tables_are_the_migrated_ones(database: Platform) -> None:
    def declared(_object: Any, name: str | None, type: str, _reflected: bool, _other: Any) -> bool:
        # Indexes and checks are the migrations' own business.
        return type == "column" or (type == "table" and name in metadata.tables)

    engine = create_engine(database.database_url.replace("postgresql://", "postgresql+psycopg2://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": declared})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
    assert {"jobs", "job_requests", "job_results", "queues"} <= set(metadata.tables)


def test_migrating_again_changes_nothing(database: Platform) -> None:
    before = database.sql(_PICTURE)
    database.run("-m", "millrace.migrations")
    assert database.sql(_PICTURE) == before
    assert {"function", "column", "index", "version"} <= {row[0] for row in before}


def test_several_may_migrate_at_once_where_nothing_is_yet(database: Platform) -> None:
    url = database.database_url.replace("/millrace?", "/fresh?")
    env = database.env() | {"DATABASE_URL": url}
    command = ("-m", "millrace.migrations")
    several = [database.spawn(*command, env=env, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    errors = [each.communicate(timeout=60)[1] for each in several]
    assert [each.returncode for each in several] == [0] * 4, errors
    connection = database.connect("fresh")
    with connection.cursor() as cursor:
        cursor.execute(_PICTURE)
        assert cursor.fetchall() == database.sql(_PICTURE)
    connection.close()


@pytest.mark.parametrize("waiting", [0, 100, 20_000])
def test_claims_never_scan_the_jobs(database: Platform, waiting: int) -> None:
    lane = Lane(database)
    # An empty table too: statistics that say so tempt the planner most.
    if not waiting:
        lane.ask("TRUNCATE jobs, job_requests, flows, queues, lanes")
    lane.submit(lane.tenant(), 1)
    lane.claim(1)
    for tenant in [lane.tenant() for _ in range(10 if waiting else 0)]:
        lane.submit(tenant, waiting // 10, JOB)
    lane.ask("ANALYZE")

    def scans() -> tuple[int, int]:
        lane.ask("SELECT pg_stat_force_next_flush()")
        return lane.ask("SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'jobs'")[0]  # type: ignore[return-value]

    before = scans()
    got = [len(lane.claim(8, 2)) for _ in range(40)]
    after = scans()
    assert sum(got) == min(waiting, 320)
    assert after[0] == before[0]
    assert after[1] > before[1] or not waiting
    lane.connection.close()
