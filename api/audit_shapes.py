"""The audit log, as the API shows it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.pages import Page, PageQuery, Text

#: Unix seconds, of this century.
Moment = Annotated[int, Field(ge=0, lt=4_102_444_800)]


class AuditQuery(PageQuery):
    """Which acts."""

    act: Annotated[Text, Field(max_length=100)] | None = None
    actor: Annotated[Text, Field(max_length=300)] | None = Field(None, description="`user:<id>`, `key:<id>`, `system`.")
    target: Annotated[Text, Field(max_length=300)] | None = None
    since: Moment | None = Field(None, description="Unix seconds; this moment included.")
    until: Moment | None = Field(None, description="Unix seconds; this moment not included.")

    def moment(self, name: str) -> datetime | None:
        given = getattr(self, name)
        return None if given is None else datetime.fromtimestamp(given, UTC)


class AdminAuditQuery(AuditQuery):
    """Which acts, across tenants."""

    tenant: Annotated[Text, Field(max_length=100)] | None = Field(None, description="Of this tenant only.")


class AuditEntry(BaseModel):
    """One act. It cannot be changed."""

    id: str
    at: int = Field(description="Unix seconds.")
    act: str
    actor: str = Field(description="Who: `user:<id>`, `key:<id>`, `system`, `anonymous`.")
    target: str | None = None
    details: dict[str, Any]
    address: str | None = None


class AuditList(Page):
    """A page, newest first."""

    data: list[AuditEntry]


class AdminAuditEntry(AuditEntry):
    """One act, with its tenant and its place in the chain."""

    tenant: str | None = None
    seq: int
    hash: str = Field(description="SHA-256, in hex, of this row and the hash before it.")


class AdminAuditList(Page):
    """A page across tenants, newest first."""

    data: list[AdminAuditEntry]


class HeadQuery(BaseModel):
    """A head that was written down before."""

    head: str | None = Field(None, pattern=r"^[0-9]{1,18}:[0-9a-f]{64}$", description="`seq:hash`, as it was answered.")


class AuditVerdict(BaseModel):
    """What a walk along the chain found."""

    whole: bool
    broken: int | None = Field(description="The place of the first row that is not as it was written.")
    reason: str | None
    head: str = Field(description="`seq:hash` of the last good row. Write it down elsewhere, to show a cut-off end.")
