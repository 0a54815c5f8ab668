"""Invitations: asking somebody to join a tenant."""

from typing import Any

from api.address import address
from api.auth import caller
from api.identity.asking import actor
from api.identity.sessions import person
from api.identity.shapes import Accepted, InvitationInfo, InvitationList, InvitationToken, NewInvitation, Status
from api.operations import operation
from api.pages import PageQuery, cursor, page
from api.shapes import Problem
from millrace import db, ids
from millrace.clock import now
from millrace.identity import invitations
from millrace.identity.invitations import Invitation
from millrace.identity.permissions import SIGNED_IN, Permission


@operation(
    "POST /api/v1/invitations",
    summary="Invite somebody",
    tag="Members",
    permission=Permission.members_admin,
    body=NewInvitation,
    answers={201: InvitationInfo, 409: Problem},
)
def create_invitation(body: NewInvitation) -> Any:
    """A mail with a token that is good for 7 days, once. Nobody invites to a role that may do more than they."""
    return _shown(invitations.make(actor(), body.email, body.role)), 201


@operation(
    "GET /api/v1/invitations",
    summary="List invitations",
    tag="Members",
    permission=Permission.members_admin,
    query=PageQuery,
    answers={200: InvitationList},
)
def list_invitations(query: PageQuery) -> InvitationList:
    """Newest first."""
    found = invitations.find_all(caller().tenant, cursor("inv", query.after), query.limit + 1)
    return page(InvitationList, [_shown(each) for each in found], query.limit)


@operation(
    "DELETE /api/v1/invitations/<id>",
    summary="Withdraw an invitation",
    tag="Members",
    permission=Permission.members_admin,
    answers={204: "Its token is not good any more.", 404: Problem},
)
def withdraw_invitation(id: str) -> Any:
    """At once. Who has accepted already is a member, to be removed as one."""
    invitations.withdraw(actor(), ids.parse("inv", id))
    return "", 204


@operation(
    "POST /api/v1/invitations/accept",
    summary="Accept an invitation",
    tag="Members",
    permission=SIGNED_IN,
    body=InvitationToken,
    answers={200: Accepted, 403: Problem, 404: Problem},
)
def accept_invitation(body: InvitationToken) -> Accepted:
    """Signed in as who was invited: the account must have the address that the mail went to."""
    user = person().user
    with db.transaction(user=user) as connection:
        tenant = invitations.accept(connection, body.token, user, address())
    return Accepted(tenant=ids.show("ten", tenant))


def _shown(invitation: Invitation) -> InvitationInfo:
    return InvitationInfo(
        id=ids.show("inv", invitation.id),
        object="invitation",
        email=invitation.email,
        role=invitation.role,
        status=_status(invitation),
        invited_by=ids.show("user", invitation.invited_by) if invitation.invited_by else None,
        created_at=int(invitation.created_at.timestamp()),
        expires_at=int(invitation.expires_at.timestamp()),
    )


def _status(invitation: Invitation) -> Status:
    if invitation.accepted_at:
        return "accepted"
    if invitation.withdrawn_at:
        return "withdrawn"
    return "expired" if invitation.expires_at <= now() else "open"
