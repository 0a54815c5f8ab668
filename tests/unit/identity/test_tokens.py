"""Access tokens: ours are read, and nothing that merely looks like one."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from millrace import ids
from millrace.errors import Unauthorized
from millrace.identity import signing, tokens

OURS, THEIRS = (rsa.generate_private_key(65537, 2048) for _ in range(2))
KID = "0" * 31 + "a"
USER, SESSION, TENANT = (ids.new() for _ in range(3))


@pytest.fixture(autouse=True)
def one_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    key = signing.SigningKey(KID, OURS.public_key(), "", 0.0, 2e9)
    monkeypatch.setattr(signing, "find", {KID: key}.get)
    monkeypatch.setattr(signing, "signer", lambda: (KID, OURS))
    monkeypatch.setattr(tokens, "_read", {})
    yield


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"iss": "millrace", "aud": "millrace", "sub": ids.show("user", USER), "sid": ids.show("sess", SESSION)}
    made |= {"tid": ids.show("ten", TENANT), "iat": now, "nbf": now, "exp": now + 900, "jti": "x"} | changed
    return {name: value for name, value in made.items() if value is not None}


def signed(key: Any = OURS, algorithm: str = "RS256", headers: dict[str, Any] | None = None, **changed: Any) -> str:
    given = {"kid": KID, "typ": "at+jwt"} | (headers or {})
    return jwt.encode(claims(**changed), key, algorithm, headers=given)


def by_hand(header: dict[str, Any], signature: bytes = b"") -> str:
    """A token whose header says what pyjwt would not write."""
    parts = [json.dumps(header).encode(), json.dumps(claims()).encode()]
    body = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def confused() -> str:
    """HS256, with our public key, which everybody has, as the secret."""
    pem = OURS.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    body = by_hand({"alg": "HS256", "typ": "at+jwt", "kid": KID}).rpartition(".")[0]
    signature = hmac.digest(pem, body.encode(), hashlib.sha256)
    return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_ours_is_read_and_names_user_session_and_tenant() -> None:
    token = tokens.issue(USER, SESSION, TENANT)
    read = tokens.read(token)
    assert (read.user, read.session, read.tenant) == (USER, SESSION, TENANT)
    assert tokens.read(signed()) and tokens.read(token) is read, "verified once"


FORGED = {
    "none": by_hand({"alg": "none", "typ": "at+jwt", "kid": KID}),
    "None": by_hand({"alg": "None", "typ": "at+jwt", "kid": KID}),
    "no algorithm": by_hand({"typ": "at+jwt", "kid": KID}),
    "public key as secret": confused(),
    "another key": signed(THEIRS),
    "another algorithm": signed(algorithm="RS512"),
    "elliptic": signed(ec.generate_private_key(ec.SECP256R1()), "ES256"),
    "no kid": jwt.encode(claims(), OURS, "RS256", headers={"typ": "at+jwt"}),
    "unknown kid": signed(headers={"kid": "f" * 32}),
    "path for a kid": signed(headers={"kid": "../../../../dev/null"}),
    "SQL for a kid": signed(headers={"kid": "' OR 1=1 --"}),
    "long kid": signed(headers={"kid": "a" * 1000}),
    "kid with a newline": signed(headers={"kid": KID + "\n"}),
    "number for a kid": by_hand({"alg": "RS256", "typ": "at+jwt", "kid": 1}),
    "list for a kid": by_hand({"alg": "RS256", "typ": "at+jwt", "kid": [KID]}),
    "key of its own": signed(THEIRS, headers={"jwk": {"kty": "RSA"}}),
    "key elsewhere": signed(THEIRS, headers={"jku": "https://evil.example/jwks.json"}),
    "critical header": signed(headers={"crit": ["x"], "x": 1}),
    "other type": signed(headers={"typ": "JWT"}),
    "no type": signed(headers={"typ": None}),
    "session of another shape": signed(sid="sess_x"),
    "user of another shape": signed(sub=USER),
    "too long": signed(jti="x" * 3000),
    "too few parts": "eyJhbGciOiJSUzI1NiJ9.e30",
    "empty parts": "..",
    "no base64": "a.b.c",
    "not ASCII": "\u00e4.\u00f6.\u00fc",
}


OTHER = {
    "wrong issuer": signed(iss="someone"),
    "no issuer": signed(iss=None),
    "wrong audience": signed(aud="other"),
    "ours among audiences": signed(aud=["millrace", "other"]),
    "no audience": signed(aud=None),
    "not yet valid": signed(nbf=int(time.time()) + 3600),
    "issued tomorrow": signed(iat=int(time.time()) + 86_400),
    "for ever": signed(exp=None),
    "no session": signed(sid=None),
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_what_is_not_ours_is_refused_as_a_guess(token: str) -> None:
    with pytest.raises(Unauthorized) as refused:
        tokens.read(token)
    assert refused.value.guess


@pytest.mark.parametrize("token", OTHER.values(), ids=OTHER.keys())
def test_what_our_key_signed_for_something_else_is_refused_and_no_guess(token: str) -> None:
    with pytest.raises(Unauthorized) as refused:
        tokens.read(token)
    assert not refused.value.guess


def test_a_token_that_was_touched_is_refused() -> None:
    head, body, signature = signed().split(".")
    for touched in (f"{head}.{body[:-2]}AA.{signature}", f"{head}.{body}.{signature[:-6]}AAAAAA", f"{head}.{body}."):
        with pytest.raises(Unauthorized):
            tokens.read(touched)


def test_one_that_has_ended_is_no_guess() -> None:
    with pytest.raises(Unauthorized) as refused:
        tokens.read(signed(exp=int(time.time()) - 60))
    assert not refused.value.guess and "refresh" in refused.value.message


def test_one_that_was_verified_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    end = int(time.time()) + 30
    token = signed(exp=end)
    assert tokens.read(token).expires == end
    monkeypatch.setattr(tokens.time, "time", lambda: end + tokens.LEEWAY + 1.0)
    monkeypatch.setattr(signing, "find", lambda kid: None)
    with pytest.raises(Unauthorized):
        tokens.read(token)


def test_a_key_that_is_withdrawn_is_out_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    token, now = signed(), time.time()
    tokens.read(token)
    monkeypatch.setattr(signing, "find", lambda kid: None)
    assert tokens.read(token)
    monkeypatch.setattr(tokens.time, "time", lambda: now + 61)
    with pytest.raises(Unauthorized):
        tokens.read(token)
