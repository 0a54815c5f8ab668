"""`millrace doctor` on Postgres, Redis and an S3: reachable, new enough, set up as Millrace needs them."""

import secrets
from collections.abc import Iterator

import psycopg2
import redis

from millrace import blobs
from millrace.errors import BlobsUnavailable
from millrace.machine import control
from millrace.machine.binaries import POSTGRES, REDIS, postgres_bin, redis_server
from millrace.machine.finding import Finding, judged
from millrace.machine.probe import PATIENCE, database_problem, first_line, redis_problem
from millrace.settings import settings

PGVECTOR = "Install pgvector for this Postgres (for example `apt install postgresql-16-pgvector`)"
EVICTION = "Set maxmemory-policy to noeviction: an evicted message is a late job"

STORE = "Check BLOBS_URL, the S3_ settings, that the bucket is there, and that these credentials may write to it"


def programs() -> Iterator[Finding]:
    """What the embedded servers run."""
    if settings().embedded_database:
        yield Finding("postgres program", "ok", str(postgres_bin() / "postgres"))
    if settings().embedded_redis:
        yield Finding("redis program", "ok", str(redis_server()))


def postgres() -> Iterator[Finding]:
    """Reachable, its version, pgvector, migrated."""
    wrong = database_problem()
    if wrong:
        yield _unreachable("postgres", wrong, settings().embedded_database, "DATABASE_URL")
        return
    try:
        version, number, vector = _ask_postgres()
    except psycopg2.Error as failure:
        yield Finding("postgres", "warn", first_line(failure), "Run `millrace up`, or `python -m millrace.migrations`")
        return
    yield judged("postgres", number >= POSTGRES * 10_000, version, f"Use Postgres {POSTGRES} or later")
    yield judged("pgvector", vector, "there" if vector else "missing", PGVECTOR)
    yield _migrated()


def _ask_postgres() -> tuple[str, int, bool]:
    connection = psycopg2.connect(settings().database, connect_timeout=PATIENCE)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
                " EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'vector')"
            )
            return cursor.fetchone() or ("?", 0, False)
    finally:
        connection.close()


def _migrated() -> Finding:
    from millrace.migrations.migrate import behind

    late = behind()
    return judged("migrations", not late, "behind" if late else "up to date", "Run `python -m millrace.migrations`")


def redis_() -> Iterator[Finding]:
    """Reachable, its version, and that it refuses rather than evicts."""
    wrong = redis_problem()
    if wrong:
        yield _unreachable("redis", wrong, settings().embedded_redis, "REDIS_URL")
        return
    with redis.Redis.from_url(settings().redis, socket_timeout=PATIENCE, protocol=2, decode_responses=True) as server:
        version = str(server.info("server")["redis_version"])
        number = tuple(int(part) for part in version.split(".")[:2])
        yield judged("redis", number >= REDIS, version, "Use Redis 6.2 or later")
        yield _eviction(server)


def _eviction(server: redis.Redis) -> Finding:
    try:
        policy = str(server.config_get("maxmemory-policy")["maxmemory-policy"])
    except (redis.RedisError, KeyError):
        # Managed servers often hide their configuration.
        policy = "unknown"
    level = "ok" if policy == "noeviction" else "warn"
    return Finding("redis eviction", level, policy, "" if level == "ok" else EVICTION)  # type: ignore[arg-type]


def files() -> Iterator[Finding]:
    """That a store of files elsewhere takes one and gives it away again."""
    if not settings().blobs_url:
        return
    key, where = f"doctor/{secrets.token_hex(8)}", settings().s3_endpoint_url or "Amazon"
    try:
        blobs.store().put(key, [b"doctor"])
        blobs.store().delete(key)
    except BlobsUnavailable as failure:
        said = str(failure.__cause__ or failure).splitlines()[0]
        yield Finding("files", "fail", f"{settings().blobs_url} at {where}: {said}", STORE)
    else:
        yield Finding("files", "ok", f"{settings().blobs_url} at {where}")


def _unreachable(what: str, wrong: str, embedded: bool, setting: str) -> Finding:
    if embedded and not control.running():
        return Finding(what, "warn", "not running", "`millrace up` starts it")
    return Finding(what, "fail", wrong, f"See {settings().home}/log/{what}.log" if embedded else f"Check {setting}")
