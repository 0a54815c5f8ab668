"""Alembic's entry: migrations forward, then the functions as they are now, in one transaction."""

from pathlib import Path

from alembic import context
from sqlalchemy import text

from millrace.db import engine
from millrace.migrations import walls
from millrace.tables import metadata

FUNCTIONS = Path(__file__).with_name("functions")

#: Two installers at once take turns: the second finds nothing to do.
LOCK = 7_201_120


def run() -> None:
    with engine().connect().execution_options(isolation_level="READ COMMITTED") as connection:
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            context.run_migrations()
            install_functions(connection)
            walls.put_up(connection)


def install_functions(connection) -> None:  # type: ignore[no-untyped-def]
    """Functions are replaced whole at every migration, so that each has one readable file (docs/adr/0005)."""
    connection.exec_driver_sql("SET LOCAL check_function_bodies = off")
    connection.connection.cursor().execute(walls.FUNCTIONS)
    for path in sorted(FUNCTIONS.glob("*.sql")):
        connection.connection.cursor().execute(path.read_text())


run()
