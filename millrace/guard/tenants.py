"""What each tenant lets pass: its redaction, its filters, and what becomes of its answers, as it set them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from millrace import db
from millrace.believed import Believed
from millrace.errors import InvalidField
from millrace.guard.answers import AnswerPolicy, Loops, Stock
from millrace.guard.filters import Filter, parsed
from millrace.guard.redaction import Policy, When
from millrace.guard.redaction.recognisers import known

#: Seconds for which a process believes what it read.
BELIEVED = 2.0

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


def _read(tenant: str) -> TenantGuard:
    rows = db.call(_READ, (tenant,), tenants=[tenant])
    if not rows:
        return TenantGuard()
    redaction, classes, rules, loops, stock = rows[0]
    return made(redaction, classes, json.loads(rules), AnswerPolicy(Loops(loops), Stock(stock)))


#: The tenant's guard. Raises DatabaseUnavailable where none is known.
of = Believed(_read, BELIEVED)


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
    of.forget(tenant)
