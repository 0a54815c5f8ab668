"""Roles: what each may do, clipped by what its tenant may."""

from itertools import pairwise

from millrace.identity.permissions import OF_OPERATORS, OF_TENANTS, Permission
from millrace.identity.roles import BUILTIN, allowed_to, permissions_of


def test_each_role_may_all_that_the_lesser_one_may() -> None:
    ranks = [BUILTIN[name] for name in ("viewer", "developer", "admin", "owner")]
    assert all(less < more for less, more in pairwise(ranks))
    assert BUILTIN["owner"] == OF_TENANTS and BUILTIN["owner"] - BUILTIN["admin"] == {Permission.tenant_admin}


def test_a_viewer_changes_nothing_and_a_developer_administers_nothing() -> None:
    assert all(each.endswith(":read") for each in BUILTIN["viewer"])
    assert not any(each.endswith(":admin") for each in BUILTIN["developer"])


def test_a_role_that_is_not_there_may_nothing() -> None:
    assert permissions_of("nonesuch") == permissions_of("nonesuch", None) == frozenset()
    assert permissions_of("auditor", ["audit:read"]) == {"audit:read"}
    # A tenant cannot redefine what every tenant has.
    assert permissions_of("viewer", ["tenant:admin"]) == BUILTIN["viewer"]


def test_only_who_runs_the_platform_gets_what_that_needs() -> None:
    for role, gets in (("owner", True), ("admin", True), ("developer", False), ("viewer", False)):
        assert (allowed_to(role, None, True, None) >= OF_OPERATORS) is gets
        assert not allowed_to(role, None, False, None) & OF_OPERATORS
    assert allowed_to("on-call", ["ops:read"], True, None) == {"ops:read"}
    assert allowed_to("on-call", ["ops:read"], False, None) == frozenset()


def test_a_tenants_scopes_clip_every_role() -> None:
    assert allowed_to("owner", None, False, ["jobs:read"]) == {"jobs:read"}
    assert allowed_to("owner", None, True, []) == frozenset()
