"""Access tokens on the wire: whoever has the published keys can verify them, forged ones are refused, keys rotate."""

import base64
import json
import subprocess
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt import PyJWKClient

from tests.accounts import ANONYMOUS, Account
from tests.machine import wait_for
from tests.platform import Platform

_SIGN = """
import json, sys, jwt
from millrace.identity import signing
kid, key = signing.signer()
made = [jwt.encode(c, key, "RS256", headers={"kid": kid, "typ": "at+jwt"} | h) for c, h in json.load(sys.stdin)]
print(json.dumps(made))
"""


@pytest.fixture(scope="module")
def ann(platform: Platform) -> Account:
    return Account.register(platform)


def header(token: str) -> dict[str, Any]:
    return jwt.get_unverified_header(token)


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def asked(platform: Platform, token: str, process: str = "api") -> int:
    return platform.request("GET", "/api/v1/auth/me", None, {"Authorization": f"Bearer {token}"}, process)[0]


def signed(platform: Platform, *wanted: tuple[dict[str, Any], dict[str, Any]]) -> list[str]:
    """These claims and headers, signed with the platform's own key."""
    process = platform.spawn("-c", _SIGN, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return json.loads(process.communicate(json.dumps(wanted), timeout=60)[0].splitlines()[-1])  # type: ignore[no-any-return]


def jwks(platform: Platform, process: str = "api") -> list[dict[str, str]]:
    status, _, found = platform.request("GET", "/.well-known/jwks.json", None, ANONYMOUS, process)
    assert status == 200
    return found["keys"]  # type: ignore[no-any-return]


def test_anybody_can_verify_our_tokens_with_the_published_keys(platform: Platform, ann: Account) -> None:
    token = ann.tokens["access_token"]
    key = PyJWKClient(f"http://127.0.0.1:{platform.port}/.well-known/jwks.json").get_signing_key_from_jwt(token)
    read = jwt.decode(token, key, ["RS256"], audience="millrace", issuer="millrace")
    assert read["sub"] == ann.user and read["tid"] == ann.tenant and read["sid"].startswith("sess_")
    assert read["exp"] - read["iat"] == 900 and read["nbf"] == read["iat"] and read["jti"]
    assert set(header(token)) == {"alg", "typ", "kid"}
    for each in jwks(platform):
        assert set(each) <= {"kty", "key_ops", "n", "e", "kid", "use", "alg"}, "nothing private"


def test_forged_tokens_are_refused(platform: Platform, ann: Account) -> None:
    token = ann.tokens["access_token"]
    good, kid, now = claims(token), header(token)["kid"], int(time.time())
    theirs = rsa.generate_private_key(65537, 2048)
    made = signed(
        platform,
        (good, {}),
        (good | {"aud": "other"}, {}),
        (good | {"iss": "other"}, {}),
        (good | {"exp": now - 60}, {}),
        (good | {"nbf": now + 60}, {}),
        (good, {"typ": "JWT"}),
        (good, {"kid": "../../dev/null"}),
        (good, {"kid": "k" * 5000}),
        (good | {"sid": "sess_" + "0" * 32}, {}),
        (good | {"tid": "ten_" + "0" * 32}, {}),
        (good | {"sub": "user_" + "0" * 32}, {}),
    )
    assert [asked(platform, each) for each in made] == [200] + [401] * 10
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "at+jwt", "kid": kid}).encode()).decode()
    assert asked(platform, f"{none.rstrip('=')}.{token.split('.')[1]}.") == 401
    assert asked(platform, jwt.encode(good, theirs, "RS256", headers={"kid": kid, "typ": "at+jwt"})) == 401
    public = jwt.PyJWK(jwks(platform)[0]).key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head, body, _ = jwt.encode(good, "x" * 32, "HS256", headers={"kid": kid, "typ": "at+jwt"}).split(".")
    confused = jwt.api_jws.PyJWS().get_algorithm_by_name("HS256").sign(f"{head}.{body}".encode(), public)
    assert asked(platform, f"{head}.{body}.{base64.urlsafe_b64encode(confused).decode().rstrip('=')}") == 401
    assert asked(platform, token) == 200


def test_a_key_is_made_once_however_many_processes_need_one(platform: Platform, second_api: str) -> None:
    """And it is published by the process that did not make it."""
    first, second = Account.register(platform), Account.register(platform)
    assert second.refresh(second_api)[0] == 200
    kids = {header(each.tokens["access_token"])["kid"] for each in (first, second)}
    assert len(kids) == 1 and kids == {each["kid"] for each in jwks(platform, second_api)}
    assert platform.sql("SELECT count(*) FROM signing_keys") == [(1,)]
    sealed = platform.sql("SELECT private FROM signing_keys")[0][0]
    assert "PRIVATE" not in sealed


def test_keys_rotate_with_an_overlap(platform: Platform) -> None:
    """On a process of its own, whose keys last eight seconds, the next being published two before it signs."""
    before, platform.extra = platform.extra, platform.extra | {"SIGNING_KEY_DAYS": "0.0001"}
    try:
        platform.start_process("api-rotating")
    finally:
        platform.extra = before
    ann = Account.register(platform)
    old = header(ann.tokens["access_token"])["kid"]
    platform.sql("UPDATE signing_keys SET signs_until = now() + interval '3 seconds'")
    published = [{each["kid"] for each in jwks(platform, "api-rotating")}]

    def rotated() -> bool:
        published.append({each["kid"] for each in jwks(platform, "api-rotating")})
        assert ann.refresh("api-rotating")[0] == 200
        return header(ann.tokens["access_token"])["kid"] != old

    earlier = ann.tokens["access_token"]
    wait_for(rotated, 15, "the next key signs")
    new = header(ann.tokens["access_token"])["kid"]
    assert published[0] == {old} and {old, new} in published[:-1], "published before it signs"
    assert old in {each["kid"] for each in jwks(platform, "api-rotating")}, "and after it stopped"
    for token in (earlier, ann.tokens["access_token"]):
        assert [asked(platform, token, process) for process in ("api", "api-rotating")] == [200, 200]
    platform.processes.pop("api-rotating").terminate()
