"""Roles: the four that every tenant has, and its own."""

from typing import Any

from api.auth import caller
from api.identity.asking import actor
from api.identity.shapes import RoleBody, RoleInfo, RoleList
from api.operations import operation
from api.shapes import Problem
from millrace.identity import custom_roles
from millrace.identity.custom_roles import Role
from millrace.identity.permissions import Permission


@operation(
    "GET /api/v1/roles",
    summary="List roles",
    tag="Roles",
    permission=Permission.roles_admin,
    answers={200: RoleList},
)
def list_roles() -> RoleList:
    """owner, admin, developer and viewer, then this tenant's own."""
    data = [_shown(each) for each in custom_roles.find_all(caller().tenant)]
    return RoleList(object="list", data=data)


@operation(
    "GET /api/v1/roles/<name>",
    summary="Look at a role",
    tag="Roles",
    permission=Permission.roles_admin,
    answers={200: RoleInfo, 404: Problem},
)
def show_role(name: str) -> RoleInfo:
    """What its members may do."""
    return _shown(custom_roles.find(caller().tenant, name))


@operation(
    "PUT /api/v1/roles/<name>",
    summary="Make or change a role",
    tag="Roles",
    permission=Permission.roles_admin,
    body=RoleBody,
    answers={200: RoleInfo, 409: Problem},
)
def put_role(name: str, body: RoleBody) -> RoleInfo:
    """Names have 1 to 40 of a-z, 0-9 and -. Nobody gives or takes a permission that they do not have."""
    return _shown(custom_roles.put(actor(), name, body.permissions))


@operation(
    "DELETE /api/v1/roles/<name>",
    summary="Delete a role",
    tag="Roles",
    permission=Permission.roles_admin,
    answers={204: "Gone.", 404: Problem, 409: Problem},
)
def delete_role(name: str) -> Any:
    """409 while a member has it, or somebody is invited to it."""
    custom_roles.delete(actor(), name)
    return "", 204


def _shown(role: Role) -> RoleInfo:
    return RoleInfo(name=role.name, object="role", permissions=role.permissions, builtin=role.builtin)
