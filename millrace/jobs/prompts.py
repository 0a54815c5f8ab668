"""What a tenant lets in: its filters of prompts, and personal data where its policy is to refuse it."""

from millrace.errors import ContentFiltered
from millrace.guard import tenants
from millrace.guard.asking import text_of
from millrace.guard.filters import Outcome, Side
from millrace.guard.redaction import When
from millrace.jobs.submit import Submission


def check(wanted: Submission) -> None:
    """Raises ContentFiltered, PersonalData."""
    guard = tenants.of(wanted.tenant)
    if guard.filter is not None:
        verdict = guard.filter.check(text_of(wanted.body), Side.PROMPT)
        if verdict.outcome is Outcome.BLOCK:
            raise ContentFiltered(f"Your organisation's rule {verdict.rule!r} does not let this request pass.")
    if guard.redaction.when is When.BLOCK:
        guard.redaction.apply(wanted.body, leaves=True)
