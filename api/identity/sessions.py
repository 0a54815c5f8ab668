"""Sessions: sign in, refresh, sign out; see them, end them."""

from typing import Any, NamedTuple

from api.address import address
from api.auth import caller
from api.identity import account_answers
from api.identity.account_shapes import Ended, Refresh, SessionList, SignIn, Tokens
from api.operations import operation
from api.shapes import Problem
from millrace import audit, ids
from millrace.errors import Forbidden, NotFound, Unauthorized
from millrace.identity import accounts, refresh, sessions, sign_in
from millrace.identity.permissions import PUBLIC, SIGNED_IN
from millrace.limits import guesses


class Person(NamedTuple):
    """A caller who signed in."""

    user: str
    session: str
    tenant: str


def person() -> Person:
    """The caller of this request. Raises Forbidden for an API key."""
    who = caller()
    if who.session is None or who.user is None:
        raise Forbidden("This is for people who signed in (POST /api/v1/auth/login), not for API keys.")
    return Person(who.user, who.session, who.tenant)


@operation(
    "POST /api/v1/auth/login",
    summary="Sign in",
    tag="Sessions",
    permission=PUBLIC,
    rate="sign_in",
    body=SignIn,
    answers={200: Tokens, 401: Problem, 403: Problem, 404: Problem},
)
def login(body: SignIn) -> Any:
    """Opens a session. Wrong guesses are counted, by address and by account, and too many are blocked for a while."""
    account = accounts.key_of(body.email)
    guesses.refuse_blocked(address(), account)
    try:
        opened = sign_in.sign_in(body.email, body.password, _tenant(body.tenant_id), account_answers.origin())
    except sign_in.WrongCredentials:
        guesses.failed(address(), account)
        raise
    guesses.succeeded(address(), account)
    return account_answers.granted(opened)


@operation(
    "POST /api/v1/auth/refresh",
    summary="Refresh",
    tag="Sessions",
    permission=PUBLIC,
    body=Refresh,
    answers={200: Tokens, 401: Problem, 404: Problem},
)
def refresh_tokens(body: Refresh) -> Any:
    """A new access token, and a new refresh token in the place of this one, which is good once.

    Sent again, it ends the session: somebody else has it too. `tenant_id` moves the session to another of your tenants.
    """
    guesses.refuse_blocked(address())
    try:
        opened = refresh.refresh(body.refresh_token, _tenant(body.tenant_id), address())
    except Unauthorized as failure:
        if failure.guess:
            guesses.failed(address(), tried=body.refresh_token)
        raise
    return account_answers.granted(opened)


def _tenant(given: str | None) -> str | None:
    found = ids.parse("ten", given) if given else None
    if given and found is None:
        raise NotFound("You belong to no such tenant.")
    return found


@operation(
    "POST /api/v1/auth/logout",
    summary="Sign out",
    tag="Sessions",
    permission=SIGNED_IN,
    answers={204: "The session is over.", 403: Problem},
)
def logout() -> Any:
    """Ends the session that asks; its tokens are good for nothing within a second."""
    who = person()
    sessions.end(who.user, who.tenant, audit.Act.signed_out, address(), id=who.session)
    return "", 204


@operation(
    "GET /api/v1/sessions",
    summary="List your sessions",
    tag="Sessions",
    permission=SIGNED_IN,
    answers={200: SessionList, 403: Problem},
)
def list_sessions() -> SessionList:
    """Where you are signed in, newest first."""
    who = person()
    data = [account_answers.session(each, who.session) for each in sessions.list_of(who.user)]
    return SessionList(object="list", data=data)


@operation(
    "DELETE /api/v1/sessions/<id>",
    summary="End a session",
    tag="Sessions",
    permission=SIGNED_IN,
    answers={204: "It is over.", 403: Problem, 404: Problem},
)
def end_session(id: str) -> Any:
    """One of yours, this one too. Effective within a second, everywhere."""
    who, session = person(), ids.parse("sess", id)
    if session is None or not sessions.end(who.user, who.tenant, audit.Act.session_revoked, address(), id=session):
        raise NotFound
    return "", 204


@operation(
    "DELETE /api/v1/sessions",
    summary="End all your other sessions",
    tag="Sessions",
    permission=SIGNED_IN,
    answers={200: Ended, 403: Problem},
)
def end_other_sessions() -> Ended:
    """Every one but the one that asks."""
    who = person()
    return Ended(ended=sessions.end(who.user, who.tenant, audit.Act.session_revoked, address(), but=who.session))
