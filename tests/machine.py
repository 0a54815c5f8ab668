"""An installation in a temporary home: real Postgres and Redis, without the supervisor."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socket import AF_INET, SOCK_STREAM, socket
from typing import Any, ClassVar

import psutil
import psycopg2
import redis

from millrace.settings import Settings

ROOT = Path(__file__).parents[1]

#: What would point a test at somebody's real servers, or change what it sees.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "FLOWER_PASSWORD", "OLLAMA_URL", "CATALOG")
#: Servers that `up` would ask for their models.
FOREIGN += ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
#: Another platform, that commands would talk to.
FOREIGN += ("MILLRACE_URL", "MILLRACE_API_KEY")


class Installation:
    """`start_servers()`, then give `env()` to every process of it; `stop()` at the end."""

    #: Homes that were made for tests; removed at the end of a session that passed, kept for their logs otherwise.
    made: ClassVar[list[Path]] = []

    def __init__(self, home: Path | None = None) -> None:
        self.home = (home or Path(tempfile.mkdtemp(prefix="mr-"))).resolve()
        if home is None:
            self.made.append(self.home)
        self.home.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.flower_port = free_port()
        self.servers: dict[str, subprocess.Popen[bytes]] = {}

    def env(self) -> dict[str, str]:
        """The environment of a process of this installation."""
        kept = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in FOREIGN}
        # Empty rather than absent, so that a developer's .env says nothing either.
        ours = dict.fromkeys(FOREIGN[:4], "")
        ours |= {"MILLRACE_HOME": str(self.home), "PORT": str(self.port), "FLOWER_PORT": str(self.flower_port)}
        # A model, and processes, of which no test has a use for more.
        ours |= {"EMBEDDINGS": "off", "API_PROCESSES": "1"}
        return kept | ours | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}

    def spawn(self, *command: str, **options: object) -> subprocess.Popen[bytes]:
        """Start `python COMMAND` in this installation."""
        arguments = {"env": self.env(), "cwd": ROOT} | options
        return subprocess.Popen([sys.executable, *command], **arguments)  # type: ignore[call-overload]

    def run(self, *command: str) -> None:
        """`python COMMAND`, which must succeed."""
        assert self.spawn(*command).wait(60) == 0, command

    def start_servers(self) -> "Installation":
        """Start Postgres and Redis and wait until both answer."""
        self.start_server("postgres")
        self.start_server("redis")
        wait_for(self.postgres_answers, 60, "Postgres")
        wait_for(self.redis_answers, 20, "Redis")
        return self

    def start_server(self, name: str) -> None:
        """Start one of the two; its output goes to home/NAME.log."""
        with (self.home / f"{name}.log").open("ab") as log:
            self.servers[name] = self.spawn("-m", f"millrace.machine.{name}", stdout=log, stderr=log)

    def kill_server(self, name: str) -> None:
        """kill -9."""
        self.servers[name].kill()
        self.servers[name].wait()

    def stop(self) -> None:
        """Stop both: fast, and cleanly."""
        for server in self.servers.values():
            server.send_signal(signal.SIGINT)
        for server in self.servers.values():
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        self.servers.clear()
        shutil.rmtree(self.sockets, ignore_errors=True)

    @property
    def sockets(self) -> Path:
        """As millrace.settings names it for this home."""
        return Settings(millrace_home=self.home).sockets

    @property
    def database_url(self) -> str:
        return f"postgresql://postgres@/millrace?host={self.sockets}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.sockets}/redis.sock"

    def connect(self, database: str = "postgres") -> "psycopg2.extensions.connection":
        """A connection of one's own, as the superuser."""
        return psycopg2.connect(f"postgresql://postgres@/{database}?host={self.sockets}", connect_timeout=2)

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the database itself."""
        connection = self.connect("millrace")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def postgres_answers(self) -> bool:
        try:
            self.connect().close()
            return True
        except psycopg2.OperationalError:
            return False

    def redis_answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.redis_url, socket_timeout=2) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError, redis.exceptions.BusyLoadingError):
            return False


def wait_for(condition: Callable[[], object], seconds: float, what: str = "it") -> None:
    """Wait until a condition holds; fail when it does not in so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.02)


def children(parent: int, word: str) -> list[psutil.Process]:
    """What lives of a process's children, and of theirs, with this word in its command."""
    found = []
    for child in psutil.Process(parent).children(recursive=True):
        with suppress(psutil.Error):
            if child.status() != psutil.STATUS_ZOMBIE and word in child.cmdline():
                found.append(child)
    return found


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
