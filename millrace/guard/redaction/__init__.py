"""Takes personal data and secrets out of what goes to a model, and puts them back into what it answers.

`redact` and `restore` for a text, `redact_body` and `restore_body` for a whole request and its answer, `Restorer` for
a text that streams; `Policy` says when. `recognisers` are what finds things, a class each.
"""

from millrace.guard.redaction.body import RedactedBody, TooDeep, redact_body, restore_body
from millrace.guard.redaction.mapping import Mapping
from millrace.guard.redaction.policy import PersonalData, Policy, When
from millrace.guard.redaction.redacting import Redacted, redact
from millrace.guard.redaction.restoring import Restorer, restore

__all__ = [
    "Mapping",
    "PersonalData",
    "Policy",
    "Redacted",
    "RedactedBody",
    "Restorer",
    "TooDeep",
    "When",
    "redact",
    "redact_body",
    "restore",
    "restore_body",
]
