"""Settings come from the environment, from a `.env` file, and secrets also from files (`DATABASE_URL_FILE`)."""

import hashlib
import os
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from millrace import production

#: As `22:00`.
_HOUR = r"([01]\d|2[0-3]):[0-5]\d"


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
    #: API processes that one machine starts, all on the same port; 0: one for each core, four at most.
    api_processes: int = Field(default=0, ge=0, le=64)
    #: For commands that talk to a platform (`millrace bench`): another one than this machine's, and the key for it.
    millrace_url: str = ""
    millrace_api_key: str = Field(default="", repr=False)
    async_mode: Literal["eventlet", "threading"] = "eventlet"
    #: Origins that browsers may call from, comma-separated; never `*`.
    cors_origins: str = ""
    #: Bytes of a request's body.
    max_body_bytes: int = 20_000_000
    #: Addresses or networks, comma-separated, whose X-Forwarded-For is believed.
    trusted_proxies: str = ""
    #: Wrong keys or passwords in ten minutes that make a block.
    most_guesses: int = Field(default=20, ge=1)
    #: Requests an hour with which the tiers free and pro begin; empty: 100 and 1,000.
    default_rate_limit: Annotated[int, Field(gt=0)] | Literal[""] = ""
    premium_rate_limit: Annotated[int, Field(gt=0)] | Literal[""] = ""
    log_format: Literal["text", "json"] = "text"
    log_level: str = "INFO"

    #: The user's own models, added to the shipped ones; default: models.toml in MILLRACE_HOME.
    catalog: Path | None = None
    #: True: no request leaves the house; models that would let it are refused, and never called.
    local_only: bool = False
    ollama_url: str = ""
    #: The vendors' keys and addresses, named as their own tools name them.
    openai_api_key: str = Field(default="", repr=False)
    openai_base_url: str = ""
    openai_org_id: str = ""
    openai_project_id: str = ""
    anthropic_api_key: str = Field(default="", repr=False)
    anthropic_base_url: str = ""
    #: A model to fetch for the first sample instead of the pinned one (millrace/machine/sample_model.toml).
    sample_model_url: str = ""
    sample_model_sha256: str = ""
    #: off: no embedding model is made, listed or held (millrace/machine/models/minilm.py).
    embeddings: Literal["on", "off"] = "on"

    #: Seconds a process may be silent before its jobs are taken from it, and between two renewals.
    lease_seconds: float = 30.0
    renew_seconds: float = 10.0
    sweep_seconds: float = 2.0
    #: Seconds that running jobs get to finish when a worker is told to stop; the rest is handed back.
    grace_seconds: float = 6.0
    #: Seconds that an answer is good for the next one who asks the same; 0: nothing is cached.
    cache_seconds: float = Field(default=86_400.0, ge=0, le=31_536_000)
    #: Bytes of answers that one API process keeps in memory.
    cache_memory_bytes: int = Field(default=64_000_000, ge=0)
    #: How like a question must be for the answer to another one (cosine of their vectors): see docs/caches.md.
    semantic_threshold: float = Field(default=0.85, ge=0.5, le=1)
    #: Lines of one batch.
    max_batch_lines: int = Field(default=50_000, ge=1, le=1_000_000)
    #: When batches with the window `off-peak` run: hours, and their time zone.
    off_peak: str = Field(default="22:00-06:00 UTC", pattern=rf"^{_HOUR}-{_HOUR}( [A-Za-z_/+-]+)?$")
    #: Months of the request log that are kept, this one included.
    request_log_months: int = Field(default=13, ge=1, le=1200)

    #: Where files lie: s3://bucket/prefix; empty: in MILLRACE_HOME/blobs.
    blobs_url: str = Field(default="", pattern=r"^(s3://[a-z0-9._-]+(/[A-Za-z0-9._/-]*)?)?$")
    #: Of a store that is not Amazon's own. Empty credentials: where boto3 looks for them.
    s3_endpoint_url: str = ""
    s3_region: str = ""
    s3_access_key_id: str = ""
    s3_secret_access_key: str = Field(default="", repr=False)
    #: Bytes of one file, and of all files of a tenant; 0: no limit on the latter.
    max_file_bytes: int = Field(default=209_715_200, ge=1)
    max_stored_bytes: int = Field(default=10_000_000_000, ge=0)

    #: Who may make an account: anybody, nobody, who holds an invitation.
    registration: Literal["open", "closed", "invited"] = "open"
    #: True: nobody signs in before they have followed the link that was mailed to them.
    verify_address: bool = False
    #: The tier of a tenant that registers.
    default_tier: str = "free"
    #: Where browsers reach the platform, for links in mails; it also issues the access tokens.
    public_url: str = ""
    access_token_seconds: int = Field(default=900, ge=10, le=86_400)
    #: A session that is not refreshed for so long ends.
    refresh_token_days: float = Field(default=30.0, gt=0, le=400)
    #: A key that signs access tokens is replaced after so long.
    signing_key_days: float = Field(default=30.0, gt=0, le=400)
    #: smtp://user:password@host:587 or smtps://; empty: mail is written to mail.log in MILLRACE_HOME.
    mail_url: str = Field(default="", repr=False)
    mail_from: str = "Millrace <millrace@localhost>"

    #: Networks, comma-separated, that webhooks may be sent to though they are private, and by http: for development.
    webhook_allow: str = ""
    #: Seconds that a try to send a webhook may take in all.
    webhook_seconds: float = Field(default=20.0, ge=1, le=60)

    flower_host: str = "127.0.0.1"
    flower_port: int = 5555
    flower_user: str = "admin"
    #: Empty: the admin's API key is the password.
    flower_password: str = Field(default="", repr=False)

    @field_validator("webhook_allow")
    @classmethod
    def _names_networks(cls, given: str) -> str:
        for each in given.replace(",", " ").split():
            ip_network(each)
        return given

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
    def blobs_path(self) -> Path:
        return self.home / "blobs"

    @property
    def mail_log_path(self) -> Path:
        return self.home / "mail.log"

    @property
    def base_url(self) -> str:
        """What links begin with."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def catalog_path(self) -> Path:
        return self.catalog or self.home / "models.toml"

    @property
    def origins(self) -> list[str]:
        return [origin.strip() for origin in self.cors_origins.split(",") if origin.strip()]


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once. Raises UnsafeSettings, which ends it."""
    found = Settings()
    production.check(found)
    return found
