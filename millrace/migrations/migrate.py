"""Bringing a database forward: safe to run again, and by several at once."""

from contextlib import suppress
from pathlib import Path

import psycopg2
import psycopg2.errors
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from millrace import db, master
from millrace.migrations import seeds
from millrace.settings import settings


def migrate() -> None:
    """Make the database if it is missing and may be made, then run what has not run."""
    master.ensure()
    make_database()
    command.upgrade(config(), "head")
    seeds.seed_rates()


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return made


def behind() -> bool:
    """True when this code wants migrations that the database has not had."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    rows = db.call("SELECT to_regclass('alembic_version') IS NOT NULL")
    return not rows[0][0] or db.call("SELECT version_num FROM alembic_version") != [(head,)]


def make_database() -> None:
    url = make_url(settings().database)
    name = url.database or "millrace"
    try:
        psycopg2.connect(settings().database, connect_timeout=5).close()
    except psycopg2.OperationalError as failure:
        if f'database "{name}" does not exist' not in str(failure):
            raise
        server = psycopg2.connect(url.set(database="postgres").render_as_string(hide_password=False))
        server.autocommit = True
        with server.cursor() as cursor:
            # Two installers at once: one of them makes it.
            with suppress(psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation):
                cursor.execute(f'CREATE DATABASE "{name}"')
        server.close()
