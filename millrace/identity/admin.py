"""The first tenant and its administrator's API key, made once and kept in a file that only the owner can read."""

import os
from pathlib import Path

from millrace import db, ids
from millrace.errors import Unauthorized
from millrace.identity import keys
from millrace.settings import settings

_TENANT = "INSERT INTO tenants (id, name, tier, operates) VALUES (%s, 'admin', 'unlimited', true) RETURNING id"


def ensure_admin_key() -> Path:
    """Make the key if the file does not hold a valid one; where it is."""
    path = settings().admin_key_path
    if not (path.exists() and _good(path.read_text().strip())):
        _write(path, keys.make(_admin_tenant(), "admin"))
    return path


def _good(key: str) -> bool:
    try:
        return keys.find(key) is not None
    except Unauthorized:
        return False


def _admin_tenant() -> str:
    rows = db.call("SELECT id FROM tenants WHERE operates ORDER BY created_at LIMIT 1")
    return str((rows or db.call(_TENANT, (ids.new(),)))[0][0])


def _write(path: Path, key: str) -> None:
    """Under another name first, so that no reader ever sees half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".new")
    half.unlink(missing_ok=True)
    with open(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(key + "\n")
    half.rename(path)
