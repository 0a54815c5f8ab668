"""Second names of accounts, keys and limits."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.address import address
from api.auth import caller
from api.identity import accounts, sessions
from api.identity.account_shapes import MailFollows, NewAccount, Registered, SignIn, TenantId, Tokens
from api.identity.asking import actor
from api.identity.shapes import Body, Name, TierName
from api.operations import operation
from api.shapes import Problem
from millrace import ids
from millrace.clock import now
from millrace.errors import NotFound
from millrace.identity import key_changes, tenants
from millrace.identity.key_changes import Wanted
from millrace.identity.key_list import Key
from millrace.identity.permissions import PUBLIC, Permission
from millrace.limits import standing
from millrace.limits.tiers import tiers

TAG = "Second names"

#: Seconds in which the requests of a `rate_limit` may come.
HOUR = 3600


class NamedKey(Body):
    """A key by its name alone: it may do what you may."""

    name: Name


class DescribedKey(Body):
    """A key, as the earlier systems asked for one."""

    tenant_id: TenantId | None = Field(None, description="Another tenant's needs platform:admin.")
    tier: TierName | None = Field(None, description="At most the tenant's; null: the tenant's.")
    description: Name = "API key"
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class RateLimit(BaseModel):
    """So many requests in so many seconds; null is no limit."""

    requests: int | None
    window: int


class IssuedKey(BaseModel):
    """A new key, for the only time with the key itself."""

    api_key: str
    key_id: str
    tier: str
    rate_limit: RateLimit
    expires_at: int | None
    created_at: int


class HourUsage(BaseModel):
    """The hourly window that leaves you the least; nulls where nothing limits you. `window_reset` is Unix seconds."""

    requests_used: int | None
    requests_limit: int | None
    requests_remaining: int | None
    window_reset: int
    tier: str


@operation(
    "POST /api/auth/register",
    summary="Register",
    tag=TAG,
    permission=PUBLIC,
    rate="register",
    body=NewAccount,
    answers={201: Registered, 202: MailFollows, 403: Problem, 404: Problem, 409: Problem},
)
def register_by_second_name(body: NewAccount) -> Any:
    """`POST /api/v1/auth/register`."""
    return accounts.register(body)


@operation(
    "POST /api/auth/login",
    summary="Sign in",
    tag=TAG,
    permission=PUBLIC,
    rate="sign_in",
    body=SignIn,
    answers={200: Tokens, 401: Problem, 403: Problem, 404: Problem},
)
def login_by_second_name(body: SignIn) -> Any:
    """`POST /api/v1/auth/login`."""
    return sessions.login(body)


@operation(
    "POST /api/auth/api-keys",
    summary="Make an API key",
    tag=TAG,
    permission=Permission.keys_write,
    body=NamedKey,
    answers={201: IssuedKey, 409: Problem},
)
def create_named_key(body: NamedKey) -> Any:
    """`POST /api/v1/keys`, which can say more of it."""
    return _issued(*key_changes.make(actor(), Wanted(body.name))), 201


@operation(
    "POST /auth/create-key",
    summary="Make an API key, of another tenant too",
    tag=TAG,
    permission=Permission.keys_write,
    body=DescribedKey,
    answers={201: IssuedKey, 404: Problem, 409: Problem},
)
def create_described_key(body: DescribedKey) -> Any:
    """`POST /api/v1/keys`, which can say more of it. Those who run the platform may name any tenant."""
    lasts = None if body.expires_in_days is None else now() + timedelta(days=body.expires_in_days)
    wanted = Wanted(body.description, tier=body.tier, expires_at=lasts)
    return _issued(*key_changes.make(actor(), wanted, _tenant(body.tenant_id))), 201


@operation(
    "GET /usage",
    summary="How much of the hour is used",
    tag=TAG,
    permission=Permission.usage_read,
    answers={200: HourUsage},
)
def usage_of_the_hour() -> HourUsage:
    """`GET /api/v1/quota` shows every limit. Asking counts for nothing."""
    return HourUsage(**standing.usage(caller(), address())._asdict())


def _tenant(given: str | None) -> str | None:
    found = ids.parse("ten", given) if given else None
    if given and found is None:
        raise NotFound("There is no such tenant, or it is not yours.")
    return found


def _issued(key: Key, secret: str) -> IssuedKey:
    tier = key.tier or tenants.find(key.tenant).tier
    allowed = tiers().get(tier)
    return IssuedKey(
        api_key=secret,
        key_id=ids.show("key", key.id),
        tier=tier,
        rate_limit=RateLimit(requests=allowed.requests_per_hour if allowed else None, window=HOUR),
        expires_at=int(key.expires_at.timestamp()) if key.expires_at else None,
        created_at=int(key.created_at.timestamp()),
    )
