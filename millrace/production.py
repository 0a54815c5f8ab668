"""ENVIRONMENT=production: nothing starts with a secret that everybody knows."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from millrace.settings import Settings

#: Passwords of examples and images, and what people type first. A user's own name is one, too.
KNOWN = frozenset(
    re.findall(
        r"\S+",
        "postgres password passwd pass admin administrator root user test guest secret changeme change-me change_me "
        "changeit default example millrace redis flower letmein welcome qwerty abc123 123 1234 123456 12345678 hunter2 "
        "minioadmin",
    )
)

#: Distinct bytes among the 32 of a master key. Random ones have 30, seldom under 25.
DISTINCT = 16


class UnsafeSettings(SystemExit):
    """A process ends with this message, and without a traceback."""


def check(given: Settings) -> None:
    """Raises UnsafeSettings in production, with all that is wrong."""
    found = list(faults(given)) if given.environment == "production" else []
    if found:
        listed = "\n".join(f"  - {fault}" for fault in found)
        raise UnsafeSettings(f"ENVIRONMENT is production, and these settings are not fit for it:\n{listed}")


def faults(given: Settings) -> Iterator[str]:
    """What must not be so in production, each with what to do. Secrets are not shown."""
    yield from _url_faults(given)
    if given.flower_password and _known(given.flower_password, given.flower_user):
        yield "FLOWER_PASSWORD is one that everybody tries: choose another, or leave it empty for the admin's API key"
    if given.s3_secret_access_key and _known(given.s3_secret_access_key, given.s3_access_key_id):
        yield "S3_SECRET_ACCESS_KEY is one that everybody tries: choose another"
    if given.master_key and (fault := _master_fault(given.master_key)):
        yield f"MASTER_KEY {fault}: `openssl rand -base64 32` makes one"
    if "*" in given.cors_origins:
        yield "CORS_ORIGINS must name origins: * lets every page call the API"


def warnings(given: Settings) -> Iterator[str]:
    """What is odd in production, and may be meant."""
    if given.environment == "production" and given.public_url.startswith("http://"):
        yield "PUBLIC_URL is http: passwords and keys travel in clear unless something in front of it encrypts"


def _url_faults(given: Settings) -> Iterator[str]:
    for name in ("database_url", "database_api_url", "database_worker_url", "database_read_url"):
        yield from _password_faults(name.upper(), getattr(given, name), needed=True)
    for name in ("redis_url", "broker_url", "mail_url"):
        yield from _password_faults(name.upper(), getattr(given, name), needed=False)


def _password_faults(name: str, url: str, needed: bool) -> Iterator[str]:
    """Of a server elsewhere: one that is reached by a socket, or asks for a certificate, needs no password."""
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    if password and _known(password, parts.username or ""):
        yield f"{name} has a password that everybody tries: choose another"
    elif needed and parts.hostname and not password and not _otherwise_known(parts.query):
        yield f"{name} has no password"


def _otherwise_known(query: str) -> bool:
    """libpq's other ways: a certificate, a password file, a password in the environment."""
    return bool({"sslcert", "passfile", "password", "service"} & set(parse_qs(query))) or any(
        os.environ.get(name) for name in ("PGPASSWORD", "PGPASSFILE", "PGSSLCERT", "PGSERVICE")
    )


def _known(password: str, user: str) -> bool:
    return password.lower() in KNOWN or password.lower() == user.lower()


def _master_fault(given: str) -> str | None:
    for part in given.partition(":")[0].split(","):
        try:
            key = base64.b64decode(part.strip(), validate=True)
        except (binascii.Error, ValueError):
            return "is not base64"
        if len(key) != 32:
            return "does not have 32 bytes"
        if len(set(key)) < DISTINCT or key.isascii():
            return "is not random"
    return None
