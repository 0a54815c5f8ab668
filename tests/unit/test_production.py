"""Production refuses what everybody knows, all at once, and shows no secret."""

import base64
import os
import subprocess
import sys

import pytest

from millrace import production
from millrace.settings import Settings
from tests.machine import ROOT

RANDOM = base64.b64encode(os.urandom(32)).decode()

FIT = {"database_url": "postgresql://millrace:Zk3-9fQx@db:5432/millrace", "master_key": RANDOM}


def faults(**given: str) -> list[str]:
    return list(production.faults(Settings(_env_file=None, environment="production", **FIT | given)))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGPASSWORD", "PGPASSFILE", "PGSSLCERT", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"database_url": "postgresql://postgres:postgres@db/millrace"}, "DATABASE_URL has a password that"),
        ({"database_url": "postgresql://millrace:Millrace@db/millrace"}, "DATABASE_URL has a password that"),
        ({"database_url": "postgresql://millrace@db/millrace"}, "DATABASE_URL has no password"),
        ({"database_api_url": "postgresql://api:change%2Dme@db/x"}, "DATABASE_API_URL"),
        ({"broker_url": "amqp://guest:guest@mq//"}, "BROKER_URL"),
        ({"flower_password": "admin"}, "FLOWER_PASSWORD"),
        ({"s3_access_key_id": "mill", "s3_secret_access_key": "minioadmin"}, "S3_SECRET_ACCESS_KEY"),
        ({"flower_password": "Secret"}, "FLOWER_PASSWORD"),
        ({"master_key": base64.b64encode(bytes(32)).decode()}, "MASTER_KEY is not random"),
        ({"master_key": base64.b64encode(b"0123456789abcdef" * 2).decode()}, "MASTER_KEY is not random"),
        ({"master_key": base64.b64encode(b"correct-horse-battery-staple-xyz").decode()}, "MASTER_KEY is not random"),
        ({"master_key": f"{RANDOM},{base64.b64encode(bytes(32)).decode()}"}, "MASTER_KEY is not random"),
        ({"master_key": "c2hvcnQ="}, "MASTER_KEY does not have 32 bytes"),
        ({"cors_origins": "*"}, "CORS_ORIGINS"),
    ],
)
def test_each_default_is_refused(given: dict[str, str], named: str) -> None:
    found = faults(**given)
    assert len(found) == 1 and found[0].startswith(named)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"database_url": "", "master_key": ""},
        {"database_url": "postgresql://millrace@/millrace?host=/run/postgresql"},
        {"database_url": "postgresql://millrace@db/millrace?sslcert=/run/secrets/cert.pem"},
        {"redis_url": "redis://redis:6379/0", "flower_password": "Zk3-9fQx"},
        {"master_key": f"{RANDOM},{RANDOM}:{RANDOM}"},
    ],
)
def test_what_is_fit_is_taken(given: dict[str, str]) -> None:
    assert faults(**given) == []


def test_a_process_ends_with_one_message_that_lists_all_and_shows_none() -> None:
    env = os.environ | {
        "ENVIRONMENT": "production",
        "DATABASE_URL": "postgresql://postgres:hunter2@db/x",
        "FLOWER_PASSWORD": "changeme",
        "CORS_ORIGINS": "*",
    }
    command = [sys.executable, "-m", "schedules"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    named = [line.split()[1] for line in done.stderr.splitlines()[1:]]
    assert named == ["DATABASE_URL", "FLOWER_PASSWORD", "CORS_ORIGINS"]
    assert "hunter2" not in done.stderr and "changeme" not in done.stderr
    env["ENVIRONMENT"] = "development"
    command = [sys.executable, "-c", "from millrace.settings import settings; settings()"]
    assert subprocess.run(command, env=env, cwd=ROOT, timeout=60, check=False).returncode == 0


def test_plain_http_is_a_warning() -> None:
    given = Settings(_env_file=None, environment="production", public_url="http://millrace.example")  # type: ignore[call-arg]
    assert list(production.faults(given)) == [] and "PUBLIC_URL" in next(production.warnings(given))
