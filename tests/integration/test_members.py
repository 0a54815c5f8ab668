"""Tenants, members, roles and invitations: nobody gives what they lack, the last owner stays, a removal is prompt."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.machine import wait_for
from tests.people import Person, mailed_token, register
from tests.platform import Platform

#: Seconds in which a change takes effect everywhere, and half a second for a busy machine.
SOON = 1.5


@pytest.fixture
def owner(platform: Platform) -> Person:
    return register(platform)


def test_an_invitation_is_good_once_and_for_its_address_alone(platform: Platform, owner: Person) -> None:
    guest, thief = register(platform), register(platform)
    code, made = owner.ask("POST", "/api/v1/invitations", {"email": guest.email.upper(), "role": "viewer"})
    assert code == 201 and made["status"] == "open" and 6.9 < (made["expires_at"] - time.time()) / 86400 <= 7
    token = mailed_token(platform, guest.email.upper())
    stored = platform.sql("SELECT i::text, m::text FROM invitations i, mails m WHERE i.email = %s", guest.email)
    assert stored and token not in str(stored) and token not in str(owner.get("/api/v1/invitations"))
    assert thief.ask("POST", "/api/v1/invitations/accept", {"token": token})[0] == 404
    assert platform.request("POST", "/api/v1/invitations/accept", {"token": token})[0] == 403, "a key is no person"
    assert guest.ask("POST", "/api/v1/invitations/accept", {"token": token})[1] == {"tenant": owner.tenant}
    assert guest.ask("POST", "/api/v1/invitations/accept", {"token": token})[0] == 404
    members = {each["id"]: each["role"] for each in owner.get("/api/v1/members")["data"]}
    assert members == {owner.id: "owner", guest.id: "viewer"}
    assert owner.get("/api/v1/invitations")["data"][0]["status"] == "accepted"
    assert owner.ask("POST", "/api/v1/invitations", {"email": guest.email, "role": "viewer"})[0] == 409


def test_a_withdrawn_replaced_or_expired_invitation_is_not_good(platform: Platform, owner: Person) -> None:
    guest = register(platform)

    def invited() -> tuple[str, str]:
        made = owner.ask("POST", "/api/v1/invitations", {"email": guest.email, "role": "viewer"})[1]
        sent = platform.home / "mail.log"
        wait_for(lambda: sent.exists() and sent.read_text().count(f"To: {guest.email}\n") == len(tokens) + 1, 30)
        return made["id"], mailed_token(platform, guest.email)

    tokens: list[str] = []
    first, token = invited()
    tokens.append(token)
    second, token = invited()
    tokens.append(token)
    statuses = {each["id"]: each["status"] for each in owner.get("/api/v1/invitations")["data"]}
    assert statuses == {first: "withdrawn", second: "open"}
    assert owner.ask("DELETE", f"/api/v1/invitations/{second}")[0] == 204
    _, token = invited()
    tokens.append(token)
    platform.sql("UPDATE invitations SET expires_at = now() WHERE email = %s AND withdrawn_at IS NULL", guest.email)
    assert len(set(tokens)) == 3
    for token in tokens:
        assert guest.ask("POST", "/api/v1/invitations/accept", {"token": token})[0] == 404


def test_nobody_gives_or_takes_a_role_that_may_do_more_than_they(owner: Person) -> None:
    admin, viewer = owner.bring("admin"), owner.bring("viewer")
    assert admin.ask("PATCH", f"/api/v1/members/{viewer.id}", {"role": "owner"})[0] == 403
    assert admin.ask("POST", "/api/v1/invitations", {"email": "new@people.example", "role": "owner"})[0] == 403
    assert admin.ask("PATCH", f"/api/v1/members/{owner.id}", {"role": "viewer"})[0] == 403
    assert admin.ask("DELETE", f"/api/v1/members/{owner.id}")[0] == 403
    assert viewer.ask("PATCH", f"/api/v1/members/{viewer.id}", {"role": "developer"})[0] == 403
    assert viewer.ask("DELETE", f"/api/v1/members/{admin.id}")[0] == 403
    assert admin.ask("PATCH", f"/api/v1/members/{viewer.id}", {"role": "developer"})[1]["role"] == "developer"
    assert admin.ask("PATCH", f"/api/v1/members/{viewer.id}", {"role": "nonesuch"})[0] == 400


def test_the_last_owner_can_neither_go_nor_be_demoted(owner: Person) -> None:
    assert owner.ask("PATCH", f"/api/v1/members/{owner.id}", {"role": "admin"})[0] == 409
    assert owner.ask("DELETE", f"/api/v1/members/{owner.id}")[0] == 409
    second = owner.bring("owner")
    assert owner.ask("DELETE", f"/api/v1/members/{owner.id}")[0] == 204
    assert second.ask("DELETE", f"/api/v1/members/{second.id}")[0] == 409


def test_two_owners_who_demote_each_other_at_once_leave_one(owner: Person) -> None:
    second = owner.bring("owner")

    def demote(pair: tuple[Person, Person]) -> int:
        return pair[0].ask("PATCH", f"/api/v1/members/{pair[1].id}", {"role": "viewer"})[0]

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(demote, [(owner, second), (second, owner)]))
        members = {each["id"]: each["role"] for each in owner.get("/api/v1/members")["data"]}
        left = [person for person in (owner, second) if members[person.id] == "owner"]
        assert answers.count(200) == 1 and len(left) == 1, (answers, members)
        other = second if left == [owner] else owner
        restored = left[0].ask("PATCH", f"/api/v1/members/{other.id}", {"role": "owner"})
        assert restored[0] == 200, restored
        wait_for(lambda: "members:admin" in other.get("/api/v1/auth/me")["permissions"], 5)  # noqa: B023


def test_who_is_removed_is_out_within_a_second_with_the_keys_they_made(
    platform: Platform, second_api: str, owner: Person
) -> None:
    guest = owner.bring("developer")
    _, key = guest.key()
    for headers in (guest.headers, key):
        for process in ("api", second_api):
            assert platform.request("GET", "/api/v1/jobs", None, headers, process)[0] == 200
    assert owner.ask("DELETE", f"/api/v1/members/{guest.id}")[0] == 204
    begun = time.monotonic()
    for headers in (guest.headers, key):
        for process in ("api", second_api):
            wait_for(lambda: platform.request("GET", "/api/v1/jobs", None, headers, process)[0] == 401, 10)  # noqa: B023
    assert time.monotonic() - begun < SOON
    assert owner.ask("DELETE", f"/api/v1/members/{guest.id}")[0] == 404


def test_a_changed_role_is_in_force_within_a_second(platform: Platform, second_api: str, owner: Person) -> None:
    guest = owner.bring("viewer")
    for process in ("api", second_api):
        assert guest.ask("POST", "/api/v1/keys", {"name": "x"}, process)[0] == 403
    assert owner.ask("PATCH", f"/api/v1/members/{guest.id}", {"role": "developer"})[0] == 200
    begun = time.monotonic()
    for process in ("api", second_api):
        wait_for(lambda: guest.ask("POST", "/api/v1/keys", {"name": "x"}, process)[0] == 201, 10)  # noqa: B023
    assert time.monotonic() - begun < SOON


def test_a_tenants_own_role_gives_what_its_maker_has(owner: Person) -> None:
    admin = owner.bring("admin")
    assert owner.ask("PUT", "/api/v1/roles/auditor", {"permissions": ["audit:read", "members:read"]})[0] == 200
    guest = owner.bring("auditor")
    assert guest.get("/api/v1/auth/me")["permissions"] == ["audit:read", "members:read"]
    assert guest.ask("GET", "/api/v1/jobs")[0] == 403
    # In use: by a member, or by who is invited.
    assert owner.ask("DELETE", "/api/v1/roles/auditor")[0] == 409
    assert owner.ask("PATCH", f"/api/v1/members/{guest.id}", {"role": "viewer"})[0] == 200
    assert owner.ask("DELETE", "/api/v1/roles/auditor")[0] == 204
    assert admin.ask("PUT", "/api/v1/roles/renamer", {"permissions": ["tenant:admin"]})[0] == 403
    assert owner.ask("PUT", "/api/v1/roles/runner", {"permissions": ["platform:admin"]})[0] == 403
    assert owner.ask("PUT", "/api/v1/roles/owner", {"permissions": ["jobs:read"]})[0] == 409
    assert owner.ask("PUT", "/api/v1/roles/Owner", {"permissions": ["jobs:read"]})[0] == 400
    assert owner.ask("PUT", "/api/v1/roles/renamer", {"permissions": ["tenant:admin"]})[0] == 200
    assert admin.ask("PUT", "/api/v1/roles/renamer", {"permissions": ["jobs:read"]})[0] == 403


def test_another_tenants_members_roles_and_invitations_are_not_there(platform: Platform, owner: Person) -> None:
    other = register(platform)
    guest = owner.bring("viewer")
    assert owner.ask("PUT", "/api/v1/roles/own", {"permissions": ["jobs:read"]})[0] == 200
    invitation = owner.ask("POST", "/api/v1/invitations", {"email": "x@people.example", "role": "own"})[1]["id"]
    for method, path, body in (
        ("PATCH", f"/api/v1/members/{guest.id}", {"role": "owner"}),
        ("DELETE", f"/api/v1/members/{guest.id}", None),
        ("GET", "/api/v1/roles/own", None),
        ("DELETE", "/api/v1/roles/own", None),
        ("DELETE", f"/api/v1/invitations/{invitation}", None),
    ):
        assert other.ask(method, path, body)[0] == 404, path
    assert [each["id"] for each in other.get("/api/v1/members")["data"]] == [other.id]
    assert other.get("/api/v1/invitations")["data"] == []


def test_a_user_may_own_another_tenant_which_knows_nothing_of_the_first(platform: Platform, owner: Person) -> None:
    code, made = owner.ask("POST", "/api/v1/tenants", {"name": "the other one"})
    assert code == 201 and made["tier"] == "free"
    hard = "SELECT hard_limit, of_tier FROM quotas WHERE replace(tenant::text, '-', '') = %s"
    assert platform.sql(hard, made["id"][4:]) == [(3000, True)]
    there = owner.speak_for(made["id"])
    assert there.get("/api/v1/tenant")["name"] == "the other one"
    assert there.ask("PATCH", "/api/v1/tenant", {"name": "renamed"})[1]["name"] == "renamed"
    owner.key()
    assert there.get("/api/v1/keys")["data"] == []


def test_those_who_run_the_platform_change_what_a_tenant_may(platform: Platform, owner: Person) -> None:
    admin = f"/api/v1/admin/tenants/{owner.tenant}"
    assert owner.ask("GET", admin)[0] == 403
    quota = "SELECT hard_limit FROM quotas WHERE of_tier AND replace(tenant::text, '-', '') = %s"
    for tier, most in (("pro", [(30_000,)]), ("unlimited", []), ("enterprise", [(300_000,)])):
        assert platform.request("PATCH", admin, {"tier": tier})[2]["tier"] == tier
        assert platform.sql(quota, owner.tenant[4:]) == most
    platform.submit(headers=owner.key()[1])
    assert platform.request("PATCH", admin, {"weight": 3})[0] == 200
    weight = "SELECT DISTINCT weight FROM flows WHERE replace(tenant::text, '-', '') = %s"
    assert platform.sql(weight, owner.tenant[4:]) == [(3.0,)]
    for wrong in ({"tier": "nonesuch"}, {"weight": 0}, {"tier": None}, {"scopes": ["x"]}, {"models": ["nonesuch"]}):
        assert platform.request("PATCH", admin, wrong)[0] == 400, wrong
    found = platform.request("GET", f"/api/v1/admin/tenants?name={owner.email[:12].upper()}")[2]["data"]
    assert [each["id"] for each in found] == [owner.tenant]


def test_a_suspended_tenant_is_out_within_a_second_and_back_again(
    platform: Platform, second_api: str, owner: Person
) -> None:
    admin = f"/api/v1/admin/tenants/{owner.tenant}"
    _, key = owner.key()
    for suspended, expected in ((True, 401), (False, 200)):
        assert platform.request("PATCH", admin, {"suspended": suspended})[0] == 200
        begun = time.monotonic()
        for headers in (owner.headers, key):
            for process in ("api", second_api):
                wait_for(
                    lambda: platform.request("GET", "/api/v1/jobs", None, headers, process)[0] == expected, 10  # noqa: B023
                )
        assert time.monotonic() - begun < SOON
    own = platform.request("GET", "/api/v1/tenant")[2]["id"]
    assert platform.request("PATCH", f"/api/v1/admin/tenants/{own}", {"suspended": True})[0] == 409
