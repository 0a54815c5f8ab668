"""The bodies and answers of accounts, sign-in and sessions."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

#: As browsers check an address (the HTML standard): ASCII, which every mail server reads alike, and one address.
_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_ADDRESS = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})*")


def _address(given: str) -> str:
    given = given.strip()
    if len(given) > 254 or not _ADDRESS.fullmatch(given):
        raise ValueError("that is no e-mail address: name@domain, in ASCII (xn--... for other scripts)")
    return given


def _printable(given: str) -> str:
    given = given.strip()
    if not given or not given.isprintable():
        raise ValueError("a name has printable characters, and at least one")
    return given


Email = Annotated[
    str, AfterValidator(_address), WithJsonSchema({"type": "string", "format": "email", "maxLength": 254})
]
Name = Annotated[str, Field(max_length=64), AfterValidator(_printable)]
#: Its rules are told by the answer; here only so much that nobody makes us hash a book.
Password = Annotated[str, Field(max_length=400, json_schema_extra={"format": "password"})]
Token = Annotated[str, Field(max_length=200)]
TenantId = Annotated[str, Field(max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewAccount(_Body):
    """Who you are. With an invitation you join its tenant; otherwise you get one of your own."""

    email: Email
    password: Password = Field(description="10 to 200 characters, of any kind.")
    username: Name | None = Field(None, description="What to call you.")
    tenant_name: Name | None = Field(None, description="What to call your tenant.")
    invitation: Token | None = Field(None, description="The token that was mailed to you.")


class SignIn(_Body):
    """An address and its password."""

    email: str = Field(max_length=254)
    password: Password
    tenant_id: TenantId | None = Field(None, description="Which of your tenants to speak for; default: the last one.")


class Refresh(_Body):
    """A refresh token, which is good once."""

    refresh_token: Token
    tenant_id: TenantId | None = Field(None, description="Another of your tenants to speak for from now on.")


class NewPassword(_Body):
    """The old and the new one."""

    current_password: Password
    new_password: Password = Field(description="10 to 200 characters, of any kind.")


class Address(_Body):
    """Whom to write to."""

    email: Email


class Reset(_Body):
    """The token of the mail, and the new password."""

    token: Token
    new_password: Password = Field(description="10 to 200 characters, of any kind.")


class Verification(_Body):
    """The token of the mail."""

    token: Token


class Tokens(BaseModel):
    """An access token, and what to get the next one with."""

    access_token: str = Field(description="Send it as `Authorization: Bearer ...`.")
    refresh_token: str = Field(description="For POST /api/v1/auth/refresh, once. Keep it as you would a password.")
    token_type: Literal["bearer"]
    expires_in: int = Field(description="Seconds for which the access token is good.")


class User(BaseModel):
    """A person."""

    id: str
    object: Literal["user"]
    email: str
    username: str | None
    verified: bool = Field(description="Whether the address is known to be theirs.")
    created_at: int


class Belonging(BaseModel):
    """A tenant that one belongs to."""

    id: str
    object: Literal["tenant"]
    name: str
    tier: str
    role: str | None = Field(description="null for an API key, which has scopes of its own.")


class Registered(Tokens):
    """The new account, signed in."""

    user: User
    tenant: Belonging


class MailFollows(BaseModel):
    """What to do next. It is the same whether there is such an account or not."""

    detail: str


class Me(BaseModel):
    """Who asks, and what they may do."""

    object: Literal["caller"]
    user: User | None = Field(description="null for an API key.")
    key_id: str | None = Field(description="null for a person.")
    session_id: str | None = Field(description="null for an API key.")
    tenant: Belonging
    role: str | None
    permissions: list[str]
    tenants: list[Belonging] = Field(description="Every tenant that one belongs to, first joined first.")


class SessionInfo(BaseModel):
    """Somebody signed in, on one device."""

    id: str
    object: Literal["session"]
    current: bool = Field(description="The one that asks.")
    tenant_id: str
    user_agent: str | None
    address: str | None
    created_at: int
    refreshed_at: int
    expires_at: int = Field(description="Unless it is refreshed before.")


class SessionList(BaseModel):
    """Your sessions, newest first."""

    object: Literal["list"]
    data: list[SessionInfo]


class Ended(BaseModel):
    """How many sessions were ended."""

    ended: int


class Jwks(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str | list[str]]]
