"""Members: who speaks for a tenant, and in which role."""

from typing import Any

from api.auth import caller
from api.identity.asking import actor
from api.identity.shapes import MemberChange, MemberInfo, MemberList, RemoveQuery
from api.operations import operation
from api.pages import PageQuery, cursor, page
from api.shapes import Problem
from millrace import ids
from millrace.identity import members
from millrace.identity.members import Member
from millrace.identity.permissions import SIGNED_IN, Permission


@operation(
    "GET /api/v1/members",
    summary="List members",
    tag="Members",
    permission=Permission.members_read,
    query=PageQuery,
    answers={200: MemberList},
)
def list_members(query: PageQuery) -> MemberList:
    """The users who may speak for this tenant."""
    found = members.find_all(caller().tenant, cursor("user", query.after), query.limit + 1)
    return page(MemberList, [_shown(each) for each in found], query.limit)


@operation(
    "PATCH /api/v1/members/<id>",
    summary="Give a member another role",
    tag="Members",
    permission=Permission.members_admin,
    body=MemberChange,
    answers={200: MemberInfo, 404: Problem, 409: Problem},
)
def change_member(id: str, body: MemberChange) -> MemberInfo:
    """In force within a second. Nobody gives or takes a role that may do more than they. The last owner stays: 409."""
    return _shown(members.change_role(actor(), ids.parse("user", id), body.role))


@operation(
    "DELETE /api/v1/members/<id>",
    summary="Remove a member, or leave",
    tag="Members",
    permission=SIGNED_IN,
    query=RemoveQuery,
    answers={204: "Gone.", 403: Problem, 404: Problem, 409: Problem},
)
def remove_member(id: str, query: RemoveQuery) -> Any:
    """Their sessions here end within a second, and the API keys that they made are revoked, unless `keep_keys=true`.

    Removing yourself needs no permission; others, members:admin. The last owner stays: 409.
    """
    user = ids.parse("user", id)
    if caller().session is None or user != caller().user:
        caller().need(Permission.members_admin)
    members.remove(actor(), user, query.keep_keys)
    return "", 204


def _shown(member: Member) -> MemberInfo:
    return MemberInfo(
        id=ids.show("user", member.user),
        object="member",
        username=member.username,
        email=member.email,
        role=member.role,
        created_at=int(member.created_at.timestamp()),
    )
