"""Noting an act: in the transaction that it is part of, or by itself."""

import json
from typing import Any

from sqlalchemy import Connection, text

from millrace import db, ids
from millrace.audit.acts import COARSE, Act
from millrace.audit.repeats import Repeats
from millrace.scrubbing import without_secrets

#: Characters of a field, and of the details.
FIELD, DETAILS = 300, 4000

_repeats = Repeats()


def note(
    act: Act,
    *,
    actor: str,
    tenant: str | None,
    target: str | None = None,
    details: dict[str, Any] | None = None,
    address: str | None = None,
    connection: Connection | None = None,
) -> None:
    """Write one row. `actor` is `user:<id>`, `key:<id>`, `anonymous` or `system`; `target` likewise, or what is plain.

    With `connection` it is the last statement of that transaction: the chain waits for the commit. What cannot be
    written did not happen: raises DatabaseUnavailable. Keys and tokens are scrubbed from the details all the same.
    """
    if act in COARSE:
        unwritten = _repeats.unwritten(act, address)
        if unwritten is None:
            return
        details = (details or {}) | ({"unwritten": unwritten} if unwritten else {})
    item = {
        "id": ids.new(),
        "tenant": tenant,
        "actor": _cut(actor),
        "act": str(act),
        "target": _cut(target),
        "details": _dumped(details or {}),
        "address": _cut(address),
    }
    _append(json.dumps([item]), connection)


def _append(items: str, connection: Connection | None) -> None:
    if connection is None:
        db.call("SELECT append_audit(%s)", (items,))
    else:
        connection.execute(text("SELECT append_audit(:items)"), {"items": items})


def _cut(field: str | None) -> str | None:
    return None if field is None else without_secrets(field.replace("\x00", ""))[:FIELD]


def _dumped(details: dict[str, Any]) -> str:
    """JSON text without secrets; what is too long is left out, and said to be."""
    dumped = without_secrets(json.dumps(details, sort_keys=True, default=str).replace("\\u0000", ""))
    return dumped if len(dumped) <= DETAILS else json.dumps({"left_out": len(dumped)})
