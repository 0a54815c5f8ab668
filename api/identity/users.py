"""Accounts, for those who run the platform."""

from api.auth import caller
from api.identity.asking import actor
from api.identity.shapes import UserChange, UserForAdmin, UserForAdminList, UserQuery
from api.operations import operation
from api.pages import cursor, page, seconds
from api.shapes import Problem
from millrace import audit, ids
from millrace.identity import disabling
from millrace.identity.disabling import User
from millrace.identity.permissions import Permission


@operation(
    "GET /api/v1/admin/users",
    summary="List all accounts",
    tag="Administration",
    permission=Permission.platform_admin,
    query=UserQuery,
    answers={200: UserForAdminList},
)
def list_users(query: UserQuery) -> UserForAdminList:
    """Oldest first. Narrow by what their addresses start with."""
    found = disabling.find_all(query.email, cursor("user", query.after), query.limit + 1)
    actor().note(None, audit.Act.admin_read, "users")
    return page(UserForAdminList, [_shown(each) for each in found], query.limit)


@operation(
    "PATCH /api/v1/admin/users/<id>",
    summary="Disable an account, or let it in again",
    tag="Administration",
    permission=Permission.platform_admin,
    body=UserChange,
    answers={204: "In force within a second.", 404: Problem, 409: Problem},
)
def change_user(id: str, body: UserChange) -> tuple[str, int]:
    """Its sessions end for good; the keys that it made rest until it is let in again."""
    disabling.disable(actor(), ids.parse("user", id), body.disabled, caller().user)
    return "", 204


def _shown(user: User) -> UserForAdmin:
    return UserForAdmin(
        id=ids.show("user", user.id),
        email=user.email,
        username=user.username,
        verified=user.verified,
        created_at=seconds(user.created_at) or 0,
        disabled_at=seconds(user.disabled_at),
    )
