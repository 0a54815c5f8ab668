"""What each tenant lets pass: its redaction, its filters, and what becomes of its answers, as it set them."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from millrace import db
from millrace.errors import DatabaseUnavailable, InvalidField
from millrace.guard.answers import AnswerPolicy, Loops, Stock
from millrace.guard.filters import Filter, parsed
from millrace.guard.redaction import Policy, When
from millrace.guard.redaction.recognisers import known

#: Seconds for which a process believes what it read, and tenants that it remembers.
BELIEVED, REMEMBERED = 2.0, 10_000

_READ = "SELECT redaction, classes, rules, loops, stock FROM guards WHERE tenant = %s"

_WRITE = """
INSERT INTO guards (tenant, redaction, classes, rules, loops, stock) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (tenant) DO UPDATE SET redaction = excluded.redaction, classes = excluded.classes, rules = excluded.rules,
    loops = excluded.loops, stock = excluded.stock, changed_at = now()
"""


@dataclass(frozen=True)
class TenantGuard:
    """`rules` are the filter's, as data."""

    redaction: Policy = field(default_factory=Policy)
    rules: tuple[dict[str, Any], ...] = ()
    filter: Filter | None = None
    answers: AnswerPolicy = field(default_factory=AnswerPolicy)

    @property
    def lets_all_pass(self) -> bool:
        """Nothing is redacted or filtered. What becomes of loops and stock phrases each request may say."""
        return self.filter is None and self.redaction.when is When.OFF


_known: dict[str, tuple[float, TenantGuard]] = {}


def of(tenant: str) -> TenantGuard:
    """The tenant's guard. While the database is away the one that is known holds; without, DatabaseUnavailable."""
    known_until, guard = _known.get(tenant, (0.0, None))
    if guard is not None and known_until > time.monotonic():
        return guard
    try:
        guard = _read(tenant)
    except DatabaseUnavailable:
        if guard is None:
            raise
    if len(_known) >= REMEMBERED:
        _known.clear()
    _known[tenant] = (time.monotonic() + BELIEVED, guard)
    return guard


def _read(tenant: str) -> TenantGuard:
    rows = db.call(_READ, (tenant,), tenants=[tenant])
    if not rows:
        return TenantGuard()
    redaction, classes, rules, loops, stock = rows[0]
    return made(redaction, classes, json.loads(rules), AnswerPolicy(Loops(loops), Stock(stock)))


def made(
    redaction: str, classes: Sequence[str] | None, rules: Sequence[dict[str, Any]], answers: AnswerPolicy
) -> TenantGuard:
    """A guard of what somebody says. Raises InvalidField."""
    for name in classes or ():
        if name not in known():
            raise InvalidField(f"classes: {name[:40]!r} is none of {', '.join(sorted(known()))}.", param="classes")
    policy = Policy(When(redaction), None if classes is None else frozenset(classes))
    return TenantGuard(policy, tuple(rules), Filter(parsed(list(rules))) if rules else None, answers)


def save(tenant: str, guard: TenantGuard) -> None:
    """In force within BELIEVED on every process, and here at once."""
    classes = guard.redaction.classes
    given = (tenant, guard.redaction.when, None if classes is None else sorted(classes), json.dumps(list(guard.rules)))
    db.call(_WRITE, (*given, guard.answers.loops, guard.answers.stock), tenants=[tenant])
    _known.pop(tenant, None)
