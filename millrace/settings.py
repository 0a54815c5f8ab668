"""Settings come from the environment, from a `.env` file, and secrets also from files (`DATABASE_URL_FILE`)."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class FileSecrets(PydanticBaseSettingsSource):
    """Reads `NAME` from the file that `NAME_FILE` names, as Docker and Kubernetes mount secrets."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        path = os.environ.get(f"{field_name.upper()}_FILE")
        return (Path(path).read_text().strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """Every setting there is. `.env.example` says what each one does; an unset URL means the embedded server."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    millrace_home: Path = Path(".millrace")
    #: In production nothing starts with a secret that everybody knows.
    environment: Literal["development", "production"] = "development"
    #: 32 bytes in base64, after a comma those it replaced; empty: in a file of MILLRACE_HOME, made once.
    master_key: str = Field(default="", repr=False)
    #: The owner's; the other two roles' are made from it unless they are given.
    database_url: str = ""
    database_api_url: str = ""
    database_worker_url: str = ""
    #: A replica for reports; it may lag.
    database_read_url: str = ""
    redis_url: str = ""
    #: Where Celery's messages go; the same Redis unless said otherwise.
    broker_url: str = ""

    host: str = "127.0.0.1"
    port: int = 8000
    async_mode: Literal["eventlet", "threading"] = "eventlet"
    #: Origins that browsers may call from, comma-separated; never `*`.
    cors_origins: str = ""
    #: Bytes of a request's body.
    max_body_bytes: int = 20_000_000
    log_format: Literal["text", "json"] = "text"
    log_level: str = "INFO"

    #: The user's own models, added to the shipped ones; default: models.toml in MILLRACE_HOME.
    catalog: Path | None = None
    ollama_url: str = ""
    #: A model to fetch for the first sample instead of the pinned one (millrace/machine/sample_model.toml).
    sample_model_url: str = ""
    sample_model_sha256: str = ""

    #: Seconds a process may be silent before its jobs are taken from it, and between two renewals.
    lease_seconds: float = 30.0
    renew_seconds: float = 10.0
    sweep_seconds: float = 2.0
    #: Seconds that running jobs get to finish when a worker is told to stop; the rest is handed back.
    grace_seconds: float = 6.0

    flower_host: str = "127.0.0.1"
    flower_port: int = 5555
    flower_user: str = "admin"
    #: Empty: the admin's API key is the password.
    flower_password: str = Field(default="", repr=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, FileSecrets(settings_cls), dotenv_settings, file_secret_settings

    @property
    def home(self) -> Path:
        return self.millrace_home.expanduser().resolve()

    @property
    def sockets(self) -> Path:
        """A short directory of this installation's own: a socket's path may have 107 bytes at most."""
        name = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        # Not TMPDIR: two shells of one user may have two, and must find the same installation.
        return Path("/tmp") / f"millrace-{name}"

    @property
    def embedded_database(self) -> bool:
        return not self.database_url

    @property
    def embedded_redis(self) -> bool:
        return not self.redis_url

    @property
    def database(self) -> str:
        """The owner's URL, for SQLAlchemy and libpq."""
        embedded = f"postgresql://postgres@/millrace?host={self.sockets}"
        url = self.database_url or embedded
        return url.replace("postgres://", "postgresql://", 1)

    @property
    def redis(self) -> str:
        return self.redis_url or f"unix://{self.sockets}/redis.sock"

    @property
    def broker(self) -> str:
        """A URL for kombu, which spells a Unix socket in its own way."""
        url = self.broker_url or self.redis
        return url.replace("unix://", "redis+socket://", 1)

    @property
    def admin_key_path(self) -> Path:
        return self.home / "admin-key"

    @property
    def master_key_path(self) -> Path:
        return self.home / "master-key"

    @property
    def catalog_path(self) -> Path:
        return self.catalog or self.home / "models.toml"

    @property
    def origins(self) -> list[str]:
        return [origin.strip() for origin in self.cors_origins.split(",") if origin.strip()]


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
