"""Accounts and sessions: what somebody is promised from registering to signing out, on every process."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import socketio

from millrace import ids
from tests.accounts import ANONYMOUS, PASSWORD, Account, address, mailed, mails, post, token_in
from tests.machine import wait_for
from tests.platform import Platform

#: Seconds in which a revocation takes effect, and half as many for a busy machine.
SOON = 1.5


@pytest.fixture
def ann(platform: Platform) -> Account:
    return Account.register(platform)


def inside(id: str) -> str:
    """The identifier as the database has it."""
    found = ids.parse(id.partition("_")[0], id)
    assert found
    return found


def at_once(count: int, call: Callable[[int], int]) -> Counter[int]:
    with ThreadPoolExecutor(count) as threads:
        return Counter(threads.map(call, range(count)))


def refused_soon(account: Account, process: str) -> None:
    """Within a second from now this account's token is good for nothing there."""
    begun = time.monotonic()
    wait_for(lambda: account.may(process) == 401, SOON, f"the end on {process}")
    assert time.monotonic() - begun < SOON


# --- Register


def test_who_registers_is_signed_in_and_owns_a_tenant_with_the_quota_of_its_tier(platform: Platform) -> None:
    ann = Account.register(platform, username="Ann", tenant_name="Ann's mill")
    status, me = ann.request("GET", "/api/v1/auth/me")
    assert status == 200 and me["user"]["email"] == ann.email and me["user"]["username"] == "Ann"
    assert me["tenant"] == {"id": ann.tenant, "object": "tenant", "name": "Ann's mill", "tier": "free", "role": "owner"}
    assert me["tenants"] == [me["tenant"]] and "jobs:write" in me["permissions"]
    assert "platform:admin" not in me["permissions"]
    quotas = "SELECT unit, hard_limit, of_tier FROM quotas WHERE tenant = %s"
    assert platform.sql(quotas, inside(ann.tenant)) == [("requests", 3000, True)]
    status, job = ann.request(
        "POST",
        "/api/v1/jobs",
        {
            "endpoint": "/v1/chat/completions",
            "body": {"model": "demo", "messages": [{"role": "user", "content": "hello"}]},
        },
    )
    assert status == 202
    assert platform.sql("SELECT tenant FROM jobs WHERE id = %s", inside(job["id"])) == [(inside(ann.tenant),)]


def test_an_address_has_one_account_however_it_is_spelled_and_however_many_come_at_once(
    platform: Platform, second_api: str
) -> None:
    email = address()
    spelled = [email, email.upper(), email.capitalize()]

    def register(number: int) -> int:
        body = {"email": spelled[number % 3], "password": PASSWORD}
        return post(platform, "register", body, ("api", second_api)[number % 2])[0]

    assert at_once(6, register) == {201: 1, 409: 5}
    made = platform.sql("SELECT count(*) FROM users WHERE email_key = %s", email)
    assert made == [(1,)]
    assert platform.sql("SELECT count(*) FROM tenants WHERE lower(name) = %s", email.partition("@")[0]) == [(1,)]


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"password": "too short"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"password": "Password1234"}, "password"),
        ({"password": "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44\uff11\uff12\uff13"}, "password"),
        ({"password": "abababababab"}, "password"),
        ({"password": "SOMEBODY@mill.example"}, "password"),
        ({"username": "millers' son", "password": "Millers' Son"}, "password"),
        ({"username": "two\nlines"}, "username"),
        ({"tenant_name": "  "}, "tenant_name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b.example,c@d.example"}, "email"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "email"),
        ({"email": f"{'a' * 250}@b.example"}, "email"),
        ({"color": "blue"}, "color"),
    ],
)
def test_what_cannot_be_an_account_is_refused_by_name(platform: Platform, changed: dict[str, str], param: str) -> None:
    body = {"email": "somebody@mill.example", "password": PASSWORD} | changed
    status, _, problem = post(platform, "register", body)
    assert status == 400 and problem["param"] == param, problem
    assert changed.get("password", "?") not in str(problem)


# --- Sign in


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(platform: Platform, ann: Account) -> None:
    wrong = post(platform, "login", {"email": ann.email, "password": "not this one"})
    unknown = post(platform, "login", {"email": address(), "password": "not this one"})
    assert wrong[0] == unknown[0] == 401 and wrong[2] == unknown[2]
    assert post(platform, "login", {"email": ann.email.upper(), "password": ann.password})[0] == 200


def test_passwords_are_kept_as_argon2id_and_hashed_anew_when_the_parameters_change(
    platform: Platform, ann: Account
) -> None:
    from argon2 import PasswordHasher

    def hash() -> str:
        return str(platform.sql("SELECT password_hash FROM users WHERE id = %s", inside(ann.user))[0][0])

    assert hash().startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(ann.password)
    platform.sql("UPDATE users SET password_hash = %s WHERE id = %s", older, inside(ann.user))
    assert post(platform, "login", ann.credentials | {"password": "not this one"})[0] == 401
    assert hash() == older
    ann.sign_in()
    assert hash().startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert ann.sign_in().may() == 200 and ann.may() == 200


def test_others_are_served_while_passwords_are_hashed(platform: Platform) -> None:
    with ThreadPoolExecutor(6) as threads:
        signing_in = [
            threads.submit(post, platform, "login", {"email": address(), "password": PASSWORD}) for _ in range(6)
        ]
        slowest = 0.0
        while not all(each.done() for each in signing_in):
            begun = time.monotonic()
            assert platform.request("GET", "/healthz")[0] == 200
            slowest = max(slowest, time.monotonic() - begun)
        ended = [each.result()[0] for each in signing_in]
    assert ended == [401] * 6
    # One hash alone takes longer than this on the machines that we know; six, on the hub, would add up.
    assert slowest < 0.5


# --- Refresh


def test_a_refresh_token_is_good_once_and_one_that_comes_again_ends_the_session(
    platform: Platform, second_api: str, ann: Account
) -> None:
    first = ann.tokens["refresh_token"]
    assert ann.refresh()[0] == 200 and ann.refresh(second_api)[0] == 200 and ann.may() == 200
    latest = ann.tokens["refresh_token"]
    assert len({first, latest, ann.tokens["access_token"]}) == 3
    status, _, problem = post(platform, "refresh", {"refresh_token": first}, second_api)
    assert status == 401 and "used before" in problem["detail"]
    assert ann.refresh()[0] == 401
    refused_soon(ann, "api")
    refused_soon(ann, second_api)
    reasons = "SELECT revoked_for FROM sessions WHERE user_id = %s"
    assert platform.sql(reasons, inside(ann.user)) == [("reuse",)]
    noted = platform.sql("SELECT count(*) FROM audit_log WHERE act = 'refresh_reused' AND actor LIKE %s", "user:%")
    assert noted[0][0] >= 1


def test_of_many_refreshes_at_once_with_one_token_exactly_one_wins(
    platform: Platform, second_api: str, ann: Account
) -> None:
    body = {"refresh_token": ann.tokens["refresh_token"]}

    def refresh(number: int) -> int:
        return post(platform, "refresh", body, ("api", second_api)[number % 2])[0]

    assert at_once(10, refresh) == {200: 1, 401: 9}
    session = "SELECT revoked_for, (SELECT count(*) FROM refresh_tokens r WHERE r.session = s.id) FROM sessions s"
    assert platform.sql(f"{session} WHERE user_id = %s", inside(ann.user)) == [("reuse", 2)]


@pytest.mark.parametrize("token", ["", "x", "mr_refresh_" + "a" * 43])
def test_what_is_no_refresh_token_is_refused(platform: Platform, token: str) -> None:
    assert post(platform, "refresh", {"refresh_token": token})[0] == 401


def test_a_session_can_move_to_another_tenant_of_its_user_and_to_no_other(
    platform: Platform, second_api: str, ann: Account
) -> None:
    bob = Account.register(platform)
    status, problem = ann.refresh(tenant_id=bob.tenant)
    assert status == 404 and "no such tenant" in problem["detail"]
    assert ann.refresh()[0] == 200, "a refusal takes nothing away"
    platform.sql(
        "INSERT INTO members (tenant, user_id, role) VALUES (%s, %s, 'viewer')", inside(bob.tenant), inside(ann.user)
    )
    before = ann.headers
    assert ann.may() == ann.may(second_api) == 200
    assert ann.refresh(tenant_id=bob.tenant)[0] == 200
    assert ann.may(second_api) == ann.may() == 200, "at once, though both believed another"
    me = ann.request("GET", "/api/v1/auth/me")[1]
    assert me["tenant"]["id"] == bob.tenant and me["role"] == "viewer" and "jobs:write" not in me["permissions"]
    assert [each["id"] for each in me["tenants"]] == [ann.tenant, bob.tenant]
    # A token says for whom it speaks, and the session speaks for another now.
    wait_for(lambda: platform.request("GET", "/api/v1/auth/me", None, before)[0] == 401, SOON, "the old token's end")
    other = ann.sign_in(tenant_id=ann.tenant)
    assert other.request("GET", "/api/v1/auth/me")[1]["tenant"]["id"] == ann.tenant
    assert post(platform, "login", ann.credentials | {"tenant_id": "ten_" + "0" * 32})[0] == 404


# --- What a session may, now


def test_a_session_that_is_ended_is_refused_by_every_process_within_a_second(
    platform: Platform, second_api: str, ann: Account
) -> None:
    other = ann.sign_in()
    assert {ann.may(process) for process in ("api", second_api)} == {200}
    assert other.request("DELETE", "/api/v1/sessions") == (200, {"ended": 1})
    for process in (second_api, "api"):
        refused_soon(ann, process)
    assert ann.refresh()[0] == 401
    assert other.may() == 200
    assert other.request("POST", "/api/v1/auth/logout")[0] == 204
    refused_soon(other, second_api)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET disabled_at = now() WHERE id = %(user)s",
        "UPDATE tenants SET suspended_at = now() WHERE id = %(tenant)s",
        "DELETE FROM members WHERE user_id = %(user)s",
        "UPDATE sessions SET expires_at = now() WHERE user_id = %(user)s",
    ],
)
def test_who_may_not_come_any_more_is_out_within_a_second(platform: Platform, ann: Account, statement: str) -> None:
    assert ann.may() == 200
    platform.sql(
        statement.replace("%(user)s", f"'{inside(ann.user)}'").replace("%(tenant)s", f"'{inside(ann.tenant)}'")
    )
    refused_soon(ann, "api")


def test_a_role_that_changes_counts_within_a_second(platform: Platform, ann: Account) -> None:
    def asked() -> int:
        return ann.request("POST", "/api/v1/jobs", {})[0]

    assert asked() == 400
    platform.sql("UPDATE members SET role = 'viewer' WHERE user_id = %s", inside(ann.user))
    wait_for(lambda: asked() == 403, SOON, "less")
    tenant, user = inside(ann.tenant), inside(ann.user)
    platform.sql("INSERT INTO roles (tenant, name, permissions) VALUES (%s, 'clerk', %s)", tenant, ["jobs:write"])
    platform.sql("UPDATE members SET role = 'clerk' WHERE user_id = %s", user)
    wait_for(lambda: asked() == 400, SOON, "more")
    assert ann.request("GET", "/api/v1/auth/me")[1]["permissions"] == ["jobs:write"]


def test_one_sees_and_ends_ones_own_sessions_and_no_others(platform: Platform, ann: Account) -> None:
    bob, other = Account.register(platform), ann.sign_in()
    status, listed = other.request("GET", "/api/v1/sessions")
    assert status == 200 and [each["current"] for each in listed["data"]] == [True, False]
    theirs = bob.request("GET", "/api/v1/sessions")[1]["data"][0]["id"]
    for nobodys in (theirs, "sess_" + "0" * 32, "sess_x", "%00"):
        assert ann.request("DELETE", f"/api/v1/sessions/{nobodys}")[0] == 404
    assert bob.may() == 200
    assert ann.request("DELETE", f"/api/v1/sessions/{listed['data'][0]['id']}")[0] == 204
    refused_soon(other, "api")
    assert len(ann.request("GET", "/api/v1/sessions")[1]["data"]) == 1


def test_an_api_key_has_no_session_and_knows_who_it_is(platform: Platform) -> None:
    status, _, me = platform.request("GET", "/api/v1/auth/me")
    assert status == 200 and me["user"] is None and me["session_id"] is None and me["key_id"].startswith("key_")
    assert me["tenant"]["name"] == "admin" and [each["id"] for each in me["tenants"]] == [me["tenant"]["id"]]
    assert "platform:admin" in me["permissions"]
    for method, path in (("GET", "sessions"), ("DELETE", "sessions"), ("POST", "auth/logout")):
        assert platform.request(method, f"/api/v1/{path}")[0] == 403
    shown = {"Authorization": "", "X-API-Key": platform.key}
    assert platform.request("GET", "/api/v1/auth/me", None, shown)[2]["key_id"] == me["key_id"]


def test_a_socket_opens_with_an_access_token_and_closes_with_its_session(platform: Platform, ann: Account) -> None:
    client = socketio.Client(reconnection=False)
    client.connect(f"http://127.0.0.1:{platform.port}", auth={"token": ann.tokens["access_token"]})
    job: dict[str, Any] = platform.submit(demo={"fail": "hang"})
    assert client.call("subscribe", {"job": job["id"]})["error"]["code"] == "not_found"
    platform.request("POST", f"/api/v1/jobs/{job['id']}/cancel")
    assert ann.request("POST", "/api/v1/auth/logout")[0] == 204
    wait_for(lambda: not client.connected, SOON + 1, "the end of the socket")


# --- Passwords


def test_a_new_password_ends_the_other_sessions_and_the_old_password(platform: Platform, ann: Account) -> None:
    other = ann.sign_in()
    asked = {"current_password": ann.password, "new_password": "a wheel that turns"}
    assert other.request("POST", "/api/v1/auth/password", asked | {"current_password": "not this one"})[0] == 403
    assert other.request("POST", "/api/v1/auth/password", asked | {"new_password": ann.email})[0] == 400
    assert other.request("POST", "/api/v1/auth/password", asked)[0] == 204
    refused_soon(ann, "api")
    assert other.may() == 200 and other.refresh()[0] == 200
    assert post(platform, "login", ann.credentials)[0] == 401
    ann.password = asked["new_password"]
    assert ann.sign_in().may() == 200
    assert "was changed" in mailed(platform, ann.email)


def test_who_forgot_the_password_gets_a_mail_that_is_good_once(platform: Platform, ann: Account) -> None:
    assert post(platform, "password/forgot", {"email": ann.email})[0] == 202
    token = token_in(mailed(platform, ann.email))
    asked = {"token": token, "new_password": "a wheel that turns"}
    assert post(platform, "password/reset", asked | {"new_password": "short"})[0] == 400
    assert post(platform, "verify", {"token": token})[0] == 400, "a token is for one thing"
    assert at_once(4, lambda _: post(platform, "password/reset", asked)[0]) == {204: 1, 400: 3}
    refused_soon(ann, "api")
    assert ann.refresh()[0] == 401
    assert post(platform, "login", ann.credentials)[0] == 401
    ann.password = asked["new_password"]
    me = ann.sign_in().request("GET", "/api/v1/auth/me")[1]
    assert me["user"]["verified"] is True


def test_a_reset_is_over_after_an_hour_and_after_another_password(platform: Platform, ann: Account) -> None:
    post(platform, "password/forgot", {"email": ann.email})
    late = token_in(mailed(platform, ann.email))
    platform.sql("UPDATE mailed_tokens SET expires_at = now() WHERE user_id = %s", inside(ann.user))
    asked = {"token": late, "new_password": "a wheel that turns"}
    assert post(platform, "password/reset", asked)[2]["code"] == "bad_token"
    post(platform, "password/forgot", {"email": ann.email})
    second = token_in(mailed(platform, ann.email, 2))
    changed = {"current_password": ann.password, "new_password": "a wheel that stands"}
    assert ann.request("POST", "/api/v1/auth/password", changed)[0] == 204
    assert post(platform, "password/reset", asked | {"token": second})[2]["code"] == "bad_token"


def test_nobody_learns_who_has_an_account_by_asking_for_mail(platform: Platform, ann: Account) -> None:
    nobody = address()
    for action in ("password/forgot", "verify/resend"):
        known, unknown = (post(platform, action, {"email": email}) for email in (ann.email, nobody))
        assert known[0] == unknown[0] == 202 and known[2] == unknown[2]
    mailed(platform, ann.email, 2)
    assert mails(platform, nobody) == []
    # The same rows are written for both.
    assert platform.sql("SELECT count(*) >= 2 FROM mailed_tokens WHERE user_id IS NULL") == [(True,)]


def test_nobodys_mailbox_is_filled_through_us(platform: Platform, ann: Account) -> None:
    for _ in range(8):
        assert post(platform, "password/forgot", {"email": ann.email})[0] == 202
    waiting = "SELECT count(*) FROM mails WHERE sent_at IS NULL"
    wait_for(lambda: platform.sql(waiting) == [(0,)], 15, "all mail sent")
    assert len(mails(platform, ann.email)) == 5


def test_the_mail_log_is_for_its_owner_alone(platform: Platform, ann: Account) -> None:
    post(platform, "verify/resend", {"email": ann.email})
    mail = mailed(platform, ann.email)
    assert post(platform, "verify", {"token": token_in(mail)})[0] == 204
    assert ann.request("GET", "/api/v1/auth/me")[1]["user"]["verified"] is True
    assert (platform.home / "mail.log").stat().st_mode & 0o777 == 0o600
    kept = platform.sql("SELECT recipient, body FROM mails WHERE sent_at IS NOT NULL AND attempts > 0")
    assert set(kept) == {(None, None)}


def test_what_anybody_may_ask_needs_no_key(platform: Platform) -> None:
    assert platform.request("GET", "/api/v1/auth/me", None, ANONYMOUS)[0] == 401
    assert platform.request("GET", "/.well-known/jwks.json", None, ANONYMOUS)[0] == 200
