"""Whether, and of what, a tenant's requests are redacted."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from millrace.errors import BadRequest
from millrace.guard.redaction.body import RedactedBody, redact_body


class When(StrEnum):
    """`vendors`: where the request leaves the house. `block`: refused, wherever it would go."""

    OFF = "off"
    VENDORS = "vendors"
    ALWAYS = "always"
    BLOCK = "block"


class PersonalData(BadRequest):
    """This request holds personal data, which your organisation does not let pass. Take it out, and send it again."""

    code = "personal_data"

    def __init__(self, classes: Collection[str]) -> None:
        #: What was found; the values are nowhere in this error.
        self.classes = tuple(sorted(classes))
        shown = ", ".join(name.replace("_", " ") for name in self.classes)
        super().__init__(f"This request holds personal data ({shown}), which your organisation does not let pass.")


@dataclass(frozen=True)
class Policy:
    """A tenant's. `classes`: None for the usual ones."""

    when: When = When.OFF
    classes: frozenset[str] | None = None

    def applies(self, leaves: bool) -> bool:
        """Whether a request is looked at. `leaves`: its model is a vendor's."""
        return self.when in (When.ALWAYS, When.BLOCK) or (self.when is When.VENDORS and leaves)

    def apply(self, body: dict[str, Any], leaves: bool) -> RedactedBody | None:
        """The redacted request, or None where it goes as it is. Raises PersonalData."""
        if not self.applies(leaves):
            return None
        redacted = redact_body(body, self.classes)
        if self.when is When.BLOCK and redacted.mapping:
            raise PersonalData(redacted.mapping.found)
        return redacted
