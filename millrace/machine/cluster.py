"""The embedded Postgres's files: made once, tuned at every start."""

import os
import shutil
import subprocess
from pathlib import Path

from millrace.machine.binaries import postgres_bin
from millrace.machine.place import Unfit, become, server_user
from millrace.settings import settings

#: Written at every start. `ALTER SYSTEM` overrides it, so an operator's own tuning survives.
TUNING = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "min_wal_size": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    # Hot tables turn over in seconds: look often, and clean without long pauses.
    "autovacuum_naptime": "10s",
    "autovacuum_vacuum_cost_limit": "2000",
    "autovacuum_vacuum_cost_delay": "1ms",
    "timezone": "UTC",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    # Statements carry what people told us, and what they got: none of them goes into a log, nor what a message quotes.
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def data() -> Path:
    """The cluster's directory."""
    return settings().home / "postgres"


def make() -> None:
    """Make the cluster if there is none, and write its settings."""
    if not data().exists():
        _initialise()
    write_tuning(data())


def _initialise() -> None:
    """Run initdb in a directory beside, then rename it: a kill in the middle leaves no half of a cluster."""
    half = data().with_name("postgres.new")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    user = server_user()
    if user:
        os.chown(half, user.pw_uid, user.pw_gid)
    _run_initdb(half)
    with (half / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude_if_exists 'millrace.conf'\n")
    half.rename(data())


def _run_initdb(folder: Path) -> None:
    user = server_user()
    command = [str(postgres_bin() / "initdb"), "-D", str(folder), "-U", "postgres"]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C"]
    made = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, preexec_fn=lambda: become(user)
    )
    if made.returncode:
        raise Unfit(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")


def write_tuning(cluster: Path) -> None:
    """Write our settings into a file that the cluster's own includes."""
    lines = ["# Written by Millrace at every start; use ALTER SYSTEM for your own."]
    lines += [f"{name} = '{value}'" for name, value in TUNING.items()]
    lines.append(f"unix_socket_directories = '{settings().sockets}'")
    conf = cluster / "millrace.conf"
    conf.write_text("\n".join(lines) + "\n")
    conf.chmod(0o644)
