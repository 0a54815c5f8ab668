"""Passwords: change, forget, choose anew."""

from typing import Any

from api.address import address
from api.identity.account_shapes import Address, MailFollows, NewPassword, Reset
from api.identity.sessions import person
from api.operations import operation
from api.shapes import Problem
from millrace.identity import accounts, new_passwords
from millrace.identity.mailed_tokens import BadToken
from millrace.identity.permissions import PUBLIC, SIGNED_IN
from millrace.limits import guesses


@operation(
    "POST /api/v1/auth/password",
    summary="Change your password",
    tag="Accounts",
    permission=SIGNED_IN,
    rate="sign_in",
    body=NewPassword,
    answers={204: "It is changed; your other sessions are ended.", 403: Problem, 409: Problem},
)
def change_password(body: NewPassword) -> Any:
    """Needs the current one. This session goes on, the others end."""
    who = person()
    account = accounts.of_user(who.user)
    guesses.refuse_blocked(address(), accounts.key_of(account.email))
    try:
        new_passwords.change(
            account,
            body.current_password,
            body.new_password,
            tenant=who.tenant,
            session=who.session,
            address=address(),
        )
    except new_passwords.WrongPassword:
        guesses.failed(address(), accounts.key_of(account.email))
        raise
    return "", 204


@operation(
    "POST /api/v1/auth/password/forgot",
    summary="Ask for a new password",
    tag="Accounts",
    permission=PUBLIC,
    rate="reset",
    body=Address,
    answers={202: MailFollows},
)
def forgot_password(body: Address) -> Any:
    """Mails a token, at most five an hour. The answer is the same whether there is such an account or not."""
    new_passwords.forgot(body.email, address())
    return MailFollows(detail="If there is an account with this address, a mail with a token is on its way."), 202


@operation(
    "POST /api/v1/auth/password/reset",
    summary="Choose a new password",
    tag="Accounts",
    permission=PUBLIC,
    rate="sign_in",
    body=Reset,
    answers={204: "It is changed; your sessions are ended.", 409: Problem},
)
def reset_password(body: Reset) -> Any:
    """With the token that was mailed, which is good for an hour, once. Every session ends."""
    guesses.refuse_blocked(address())
    try:
        new_passwords.reset(body.token, body.new_password, address())
    except BadToken:
        guesses.failed(address(), tried=body.token)
        raise
    return "", 204
