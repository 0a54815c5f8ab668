"""Settings: from the environment, from files that hold secrets, and what follows from them."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from millrace.settings import Settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "FLOWER_PASSWORD", "MILLRACE_HOME", "CORS_ORIGINS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def made(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


def test_a_secret_can_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgres://u:p@db/x\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(secret))
    assert made().database == "postgresql://u:p@db/x" and not made().embedded_database
    monkeypatch.setenv("DATABASE_URL", "postgresql://from@env/y")
    assert made().database == "postgresql://from@env/y"


def test_a_file_that_is_not_there_is_an_error_and_not_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", "/nowhere/url")
    with pytest.raises(FileNotFoundError):
        made()


def test_without_urls_the_servers_are_embedded_in_sockets_of_this_home(tmp_path: Path) -> None:
    one, two = made(millrace_home=tmp_path / "1"), made(millrace_home=tmp_path / "2")
    assert one.embedded_database and one.embedded_redis
    assert str(one.sockets) in one.database and str(one.sockets) in one.redis
    assert one.sockets != two.sockets
    deep = made(millrace_home=tmp_path / ("d" * 200))
    assert len(str(deep.sockets / ".s.PGSQL.5432")) < 108


@pytest.mark.parametrize(
    ("given", "broker"),
    [
        ({"redis_url": "redis://r:1/0"}, "redis://r:1/0"),
        ({"redis_url": "unix:///x/redis.sock"}, "redis+socket:///x/redis.sock"),
        ({"redis_url": "redis://r:1/0", "broker_url": "amqp://q"}, "amqp://q"),
    ],
)
def test_messages_go_to_redis_unless_a_broker_is_named(given: dict[str, str], broker: str) -> None:
    assert made(**given).broker == broker


def test_origins_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", " https://a.example, ,https://b.example ")
    assert made().origins == ["https://a.example", "https://b.example"]
    assert made(cors_origins="").origins == []


def test_an_async_mode_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="async_mode"):
        made(async_mode="gevent")


def test_a_secret_does_not_show() -> None:
    assert "hush" not in repr(made(flower_password="hush"))
