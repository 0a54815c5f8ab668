"""The bodies and answers of tenants, members, roles, invitations and keys."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from api.identity.account_shapes import Email, Token
from api.money import Usd
from api.pages import Page, PageQuery, Text
from millrace.identity.permissions import Permission


def _printable(given: str) -> str:
    """Names go into mails, logs and terminals."""
    given = given.strip()
    if not given or not given.isprintable():
        raise ValueError("a name has printable characters, and at least one")
    return given


Name = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
RoleName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
TierName = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
Scopes = Annotated[list[Permission], Field(min_length=1, max_length=len(Permission))]
Models = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=200)]


Status = Literal["open", "accepted", "withdrawn", "expired"]


class Body(BaseModel):
    """A field that we do not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class TenantInfo(BaseModel):
    """A tenant. `scopes` and `models`: the most that its members and keys may; null is everything."""

    id: str
    object: Literal["tenant"] = "tenant"
    name: str
    tier: str
    weight: float = Field(description="Its share of every model, beside other tenants'.")
    scopes: list[str] | None
    models: list[str] | None
    created_at: int


class TenantForAdmin(TenantInfo):
    """A tenant, as those see it who run the platform."""

    operates: bool = Field(description="Its owners and admins run the platform.")
    suspended_at: int | None


class TenantList(Page):
    """A page, oldest first. `after` of the next one is `last_id`."""

    data: list[TenantForAdmin]


class TenantQuery(PageQuery):
    """Which tenants."""

    name: Annotated[Text, Field(max_length=100)] = Field("", description="What their names start with.")


class TenantName(Body):
    """What a tenant is called."""

    name: Name


class TenantChange(Body):
    """What is left out stays."""

    tier: TierName | None = None
    weight: float | None = Field(None, ge=0.01, le=1000, allow_inf_nan=False)
    scopes: Scopes | None = Field(None, description="null: everything.")
    models: Models | None = Field(None, description="null: every model.")
    suspended: bool | None = None


class MemberInfo(BaseModel):
    """A user in this tenant."""

    id: str
    object: Literal["member"] = "member"
    username: str | None
    email: str
    role: str
    created_at: int


class MemberList(Page):
    """A page, in the order of their accounts. `after` of the next one is `last_id`."""

    data: list[MemberInfo]


class MemberChange(Body):
    """Another role."""

    role: RoleName


class RemoveQuery(BaseModel):
    """What becomes of the keys that they made."""

    keep_keys: bool = Field(False, description="Keep the API keys that they made; otherwise these are revoked.")


class RoleInfo(BaseModel):
    """A role: what its members may do."""

    name: str
    object: Literal["role"] = "role"
    permissions: list[str]
    builtin: bool


class RoleList(BaseModel):
    """The roles that every tenant has, then this tenant's own."""

    object: Literal["list"] = "list"
    data: list[RoleInfo]


class RoleBody(Body):
    """What its members may do."""

    permissions: Scopes


class NewInvitation(Body):
    """Whom, and as what."""

    email: Email
    role: RoleName


class InvitationInfo(BaseModel):
    """An invitation. Its token is in the mail alone."""

    id: str
    object: Literal["invitation"] = "invitation"
    email: str
    role: str
    status: Status
    invited_by: str | None
    created_at: int
    expires_at: int


class InvitationList(Page):
    """A page, newest first. `after` of the next one is `last_id`."""

    data: list[InvitationInfo]


class InvitationToken(Body):
    """What the mail says."""

    token: Token


class Accepted(BaseModel):
    """The tenant that you are a member of now."""

    tenant: str


class _KeyFields(Body):
    tier: TierName | None = Field(None, description="At most the tenant's; null: the tenant's.")
    scopes: Scopes | None = Field(None, description="At most yours; null: yours.")
    models: Models | None = Field(None, description="Which models it may ask; null: those of the tenant.")
    expires_at: AwareDatetime | None = Field(None, description="null: never.")
    requests_per_hour: int | None = Field(None, ge=1, le=1_000_000_000, description="A rate of its own.")
    budget_usd: Usd | None = Field(None, description="US dollars a month, to nine decimals.")


class NewKey(_KeyFields):
    """What the key may do. Nobody gives a key more than they have."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "nightly reports", "scopes": ["jobs:write"]}})

    name: Name
    expires_in_days: int | None = Field(None, ge=1, le=3650, description="Instead of `expires_at`.")

    @model_validator(mode="after")
    def _one_expiry(self) -> "NewKey":
        if self.expires_at is not None and self.expires_in_days is not None:
            raise ValueError("give expires_at or expires_in_days, not both")
        return self


class KeyChange(_KeyFields):
    """What is left out stays."""

    name: Name | None = None


class Rotation(Body):
    """For how long both work."""

    overlap_seconds: int = Field(86_400, ge=0, le=30 * 86_400)


class KeyInfo(BaseModel):
    """An API key, without the key. Null `tier`, `scopes` and `models` are the tenant's."""

    id: str
    object: Literal["api_key"] = "api_key"
    name: str
    hint: str
    tier: str | None
    scopes: list[str] | None
    models: list[str] | None
    requests_per_hour: int | None
    budget_usd: str | None
    created_by: str | None
    created_at: int
    last_used_at: int | None = Field(description="Known after up to ten seconds.")
    expires_at: int | None
    revoked_at: int | None
    replaced_by: str | None


class KeyWithSecret(KeyInfo):
    """A new API key, for the only time with the key itself."""

    api_key: str


class KeyList(Page):
    """A page, newest first. `after` of the next one is `last_id`."""

    data: list[KeyInfo]


class UserQuery(PageQuery):
    """Which accounts."""

    email: Annotated[Text, Field(max_length=320)] = Field("", description="What their addresses start with.")


class UserForAdmin(BaseModel):
    """An account, as those who run the platform see it."""

    id: str
    email: str
    username: str | None
    verified: bool
    created_at: int
    disabled_at: int | None


class UserForAdminList(Page):
    """A page of accounts, oldest first."""

    data: list[UserForAdmin]


class UserChange(BaseModel):
    """Whether an account is kept out."""

    model_config = ConfigDict(extra="forbid")

    disabled: bool
