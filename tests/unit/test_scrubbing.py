"""The last line of defence of the logs: what it takes out, and what it leaves for who must find a fault."""

import json
import time

import pytest

from millrace.scrubbing import hashed_address, scrubbed, without_secrets

JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl-_x"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("wrong key mr_live_abcDEF123-_xyzXYZ789 sent", "abcDEF123"),
        (f"token {JWT} is over", "eyJzdWIi"),
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ("vendor key sk-proj-abcdef0123456789 refused", "abcdef0123456789"),
        ("postgresql://owner:hun:ter2@db.internal:5432/millrace", "hun:ter2"),
        ("redis://:p@ss@cache:6379/0 is away", "p@ss"),
        ("{'password': 'hunter2'}", "hunter2"),
        ('{"refresh_token": "abc123"}', "abc123"),
        ("GET /reset?token=abc123&x=1", "abc123"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
        (json.dumps("-----BEGIN PRIVATE KEY-----\nMIIE\n"), "MIIE"),
    ],
)
def test_secrets_are_taken_out(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in without_secrets(text) and secret not in scrubbed(text)
    assert secret not in scrubbed(json.dumps(text))


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        ("no such account: zoë.o'neil+x@mail.example.org", "example.org"),
        ("GET /verify?email=zoe%40example.org", "zoe"),
        ("peer ('203.0.113.7', 40112) hung up", "203.0.113.7"),
        ("from 203.0.113.7:40112", "203.0.113.7"),
        ("from [2001:db8::7]:443 and ::1", "2001:db8::7"),
        ("line\n203.0.113.7 again", "203.0.113.7"),
        ("Key exists\nDETAIL:  Key (name)=(Zoe) already exists.\nnext", "Zoe"),
        ("1 error [type=x, input_value='Dear Zoe, my diagnosis', input_type=str]", "diagnosis"),
    ],
)
def test_persons_are_taken_out(text: str, personal: str) -> None:
    assert personal in text and personal not in scrubbed(text) and personal not in scrubbed(json.dumps(text))


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8000/docs",
        "postgresql://owner@10.0.0.5/millrace: connection refused",
        'connection to server at "10.0.0.5", port 5432 failed',
        "12:34:56 [info] began job=0192f0aa-1111-7abc-8def-000000000001 lane=remote.demo",
        "2026-02-03T04:05:06.123456Z celery 5.7.0 at std::vector, listening on 0.0.0.0",
        "input_tokens=5 output_tokens=7 tokens: 12",
    ],
)
def test_what_an_operator_needs_is_left(text: str) -> None:
    assert scrubbed(text) == text


def test_one_address_is_always_the_same_hash() -> None:
    one, other = hashed_address("203.0.113.7"), hashed_address("203.0.113.8")
    assert one != other and scrubbed("x 203.0.113.7 y 203.0.113.8") == f"x {one} y {other}"


def test_a_hostile_line_costs_little() -> None:
    before = time.process_time()
    for piece in ("a", "a.", "1.", "a:", "@a", "://a", "%", "input_value=", "token ", "Bearer ", "eyJaaaaaa."):
        scrubbed(piece * (100_000 // len(piece)))
    assert time.process_time() - before < 10
