"""Filters of prompts and answers: a tenant's rules as data, asked about a text.

`Filter(parsed(rules)).check(text, Side.PROMPT)` is the verdict; `Watch` asks while an answer streams; `moderated` is
what `/v1/moderations` says.
"""

from millrace.guard.filters.filtering import Filter, Outcome, Verdict
from millrace.guard.filters.moderation import moderated
from millrace.guard.filters.rule import Rule, Side, parsed
from millrace.guard.filters.watching import Watch

__all__ = ["Filter", "Outcome", "Rule", "Side", "Verdict", "Watch", "moderated", "parsed"]
