"""Accounts, for those who run the platform: seen, kept out, let in again."""

from tests.machine import wait_for
from tests.people import PASSWORD, register
from tests.platform import Platform


def test_a_disabled_account_is_out_within_a_second_and_its_keys_rest(platform: Platform, second_api: str) -> None:
    person = register(platform)
    _, key = person.key()
    listed = platform.request("GET", f"/api/v1/admin/users?email={person.email.upper()}")[2]["data"]
    assert [each["id"] for each in listed] == [person.id] and listed[0]["disabled_at"] is None
    path = f"/api/v1/admin/users/{person.id}"
    assert platform.request("PATCH", path, {"disabled": True})[0] == 204

    def status(headers: dict[str, str], process: str) -> int:
        return platform.request("GET", "/api/v1/auth/me", None, headers, process)[0]

    shown = [(headers, process) for headers in (person.headers, key) for process in ("api", second_api)]
    wait_for(lambda: {status(*each) for each in shown} == {401}, 3, "everybody to know")
    sign_in = {"email": person.email, "password": PASSWORD}
    assert platform.request("POST", "/api/v1/auth/login", sign_in, {"Authorization": ""})[0] == 401

    assert platform.request("PATCH", path, {"disabled": False})[0] == 204
    assert platform.request("POST", "/api/v1/auth/login", sign_in, {"Authorization": ""})[0] == 200
    wait_for(lambda: status(key, "api") == 200, 3, "the key to be good again")
    assert status(person.headers, "api") == 401


def test_nobody_else_sees_or_disables_accounts(platform: Platform) -> None:
    person, other = register(platform), register(platform)
    assert person.ask("GET", "/api/v1/admin/users")[0] == 403
    assert person.ask("PATCH", f"/api/v1/admin/users/{other.id}", {"disabled": True})[0] == 403
    assert platform.request("PATCH", "/api/v1/admin/users/user_nobody", {"disabled": True})[0] == 404
