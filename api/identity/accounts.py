"""Accounts: register, verify the address, who am I."""

from typing import Any

from api.address import address
from api.auth import caller
from api.identity import account_answers
from api.identity.account_shapes import Address, MailFollows, Me, NewAccount, Registered, Verification
from api.operations import operation
from api.shapes import Problem
from millrace import ids
from millrace.errors import NotFound
from millrace.identity import accounts, memberships, registration, verification
from millrace.identity.mailed_tokens import BadToken
from millrace.identity.memberships import Membership
from millrace.identity.permissions import PUBLIC, SIGNED_IN
from millrace.identity.registration import Newcomer
from millrace.identity.sessions import Opened
from millrace.limits import guesses

_MAILED = "If this address can be verified, a mail with a token is on its way."


@operation(
    "POST /api/v1/auth/register",
    summary="Register",
    tag="Accounts",
    permission=PUBLIC,
    rate="register",
    body=NewAccount,
    answers={201: Registered, 202: MailFollows, 403: Problem, 404: Problem, 409: Problem},
)
def register(body: NewAccount) -> Any:
    """Makes an account and a tenant of your own, or lets you join the one you are invited to.

    Where addresses must be verified (VERIFY_ADDRESS), the answer is 202 whether the address is new or not.
    """
    guesses.refuse_blocked(address())
    try:
        opened = registration.register(Newcomer(**body.model_dump()), account_answers.origin())
    except NotFound:
        guesses.failed(address(), tried=body.invitation)
        raise
    if opened is None:
        return MailFollows(detail="A mail to this address says how to go on."), 202
    return _registered(opened), 201, account_answers.SECRET


def _registered(opened: Opened) -> Registered:
    return Registered.model_validate(
        account_answers.token_fields(opened)
        | {
            "user": account_answers.user(accounts.of_user(opened.user)),
            "tenant": account_answers.belonging(_current(memberships.of(opened.user, opened.tenant), opened.tenant)),
        }
    )


@operation(
    "POST /api/v1/auth/verify",
    summary="Verify an address",
    tag="Accounts",
    permission=PUBLIC,
    rate="sign_in",
    body=Verification,
    answers={204: "It is verified."},
)
def verify_address(body: Verification) -> Any:
    """With the token that was mailed to it, which is good for 24 hours, once."""
    guesses.refuse_blocked(address())
    try:
        verification.verify(body.token, address())
    except BadToken:
        guesses.failed(address(), tried=body.token)
        raise
    return "", 204


@operation(
    "POST /api/v1/auth/verify/resend",
    summary="Ask for another verification mail",
    tag="Accounts",
    permission=PUBLIC,
    rate="reset",
    body=Address,
    answers={202: MailFollows},
)
def resend_verification(body: Address) -> Any:
    """At most five an hour are sent. The answer is the same whether there is such an account or not."""
    verification.resend(body.email)
    return MailFollows(detail=_MAILED), 202


@operation(
    "GET /api/v1/auth/me", summary="Who am I?", tag="Accounts", permission=SIGNED_IN, answers={200: Me, 404: Problem}
)
def me() -> Me:
    """The user or the API key that asks, its tenant, and what it may do there."""
    who = caller()
    person = who.user if who.session else None
    belongs = memberships.of(person, who.tenant)
    current = _current(belongs, who.tenant)
    return Me(
        object="caller",
        user=account_answers.user(accounts.of_user(person)) if person else None,
        key_id=ids.show("key", who.key) if who.key else None,
        session_id=ids.show("sess", who.session) if who.session else None,
        tenant=account_answers.belonging(current),
        role=current.role,
        permissions=sorted(who.permissions),
        tenants=[account_answers.belonging(each) for each in belongs],
    )


def _current(belongs: list[Membership], tenant: str) -> Membership:
    """The membership that the caller speaks by; it may have ended a moment ago."""
    for each in belongs:
        if each.tenant == tenant:
            return each
    raise NotFound
