"""Bad input: a clear 4xx in the one error shape, never a 500, and flat memory."""

import json
import re
import socket
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.conftest import ORIGIN
from tests.platform import Platform

CHAT = {"model": "demo", "messages": [{"role": "user", "content": "hello"}], "demo": {"tokens": 1, "rate": 0}}
GOOD: dict[str, Any] = {"endpoint": "/v1/chat/completions", "body": CHAT}
JOBS = "/api/v1/jobs"
MB = 1024 * 1024


def assert_problem(status: int, headers: dict[str, str], body: Any, expected: int | None = None) -> dict[str, Any]:
    """The one error shape: RFC 9457."""
    assert status == expected if expected else 400 <= status < 500, (status, body)
    assert headers["content-type"].startswith("application/problem+json")
    assert {"type", "title", "status", "detail", "code"} <= set(body) <= {
        "type", "title", "status", "detail", "code", "param"
    }
    assert body["status"] == status and body["type"] == f"/docs#{body['code']}" and body["detail"]
    return body  # type: ignore[no-any-return]


def refused(platform: Platform, request: Any, expected: int = 400) -> dict[str, Any]:
    return assert_problem(*platform.request("POST", JOBS, request), expected)


def raw(platform: Platform, head: str, *chunks: bytes) -> tuple[int, dict[str, str], Any]:
    """Send bytes as they are; whatever the server answers, also before it has read all."""
    with socket.create_connection(("127.0.0.1", platform.port), timeout=30) as connection:
        try:
            connection.sendall(head.replace("\n", "\r\n").encode("latin-1"))
            for chunk in chunks:
                connection.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It had enough.
        answer = HTTPResponse(connection)
        answer.begin()
        body = answer.read()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, json.loads(body) if "json" in headers.get("content-type", "") else body


def head(platform: Platform, line: str, *more: str) -> str:
    lines = [line, "Host: x", f"Authorization: Bearer {platform.key}", "Connection: close", *more]
    return "\n".join(lines) + "\n\n"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"endpoint": None}, "endpoint"),
        ({"endpoint": 7}, "endpoint"),
        ({"endpoint": "/v1/nope"}, "endpoint"),
        ({"body": None}, "body"),
        ({"body": []}, "body"),
        ({"body": "{}"}, "body"),
        ({"body": {}}, "body.model"),
        ({"body": CHAT | {"model": None}}, "body.model"),
        ({"body": CHAT | {"model": ["demo"]}}, "body.model"),
        ({"body": CHAT | {"model": ""}}, "body.model"),
        ({"body": CHAT | {"model": "x" * 100_000}}, "body.model"),
        ({"body": CHAT | {"model": "nobody/has:this"}}, "body.model"),
        ({"body": {"model": "demo"}}, "body.messages"),
        ({"body": CHAT | {"messages": []}}, "body.messages"),
        ({"endpoint": "/v1/embeddings"}, "body.input"),
        ({"class": "urgent"}, "class"),
        ({"class": 0}, "class"),
        ({"class": None}, "class"),
        ({"of_class": "job"}, "of_class"),
        ({"deadline": "tomorrow"}, "deadline"),
        ({"deadline": "2030-01-01T00:00:00"}, "deadline"),
        ({"deadline": "2001-01-01T00:00:00Z"}, "deadline"),
        ({"deadline": "9999-12-31T23:59:59Z"}, "deadline"),
        ({"deadline": -1}, "deadline"),
        ({"deadline": -1e300}, "deadline"),
        ({"deadline": 1e300}, "deadline"),
        ({"deadline": 10**400}, "deadline"),
        ({"deadline": []}, "deadline"),
        ({"deadline": True}, "deadline"),
        ({"run_after": "2027-01-01 00:00"}, "run_after"),
        ({"run_after": "9999-12-31T23:59:59-23:59"}, "run_after"),
        ({"run_after": {}}, "run_after"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": -1}, "max_attempts"),
        ({"max_attempts": 10**30}, "max_attempts"),
        ({"max_attempts": 2.5}, "max_attempts"),
        ({"max_attempts": "many"}, "max_attempts"),
        ({"max_attempts": None}, "max_attempts"),
        ({"metadata": []}, "metadata"),
        ({"metadata": "a=b"}, "metadata"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"metadata": {"a": None}}, "metadata.a"),
        ({"metadata": {"a": {"b": "c"}}}, "metadata.a"),
        ({"metadata": {"a": "x" * 513}}, "metadata.a"),
        ({"metadata": {"": "x"}}, "metadata"),
        ({"metadata": {"k" * 65: "x"}}, "metadata"),
        ({"metadata": {str(n): "x" for n in range(17)}}, "metadata"),
        ({"metadata": {str(n): "x" for n in range(10_000)}}, "metadata"),
        ({"surprise": 1}, "surprise"),
    ],
    ids=lambda value: str(value)[:80],
)
def test_a_wrong_field_is_named(platform: Platform, change: dict[str, Any], param: str) -> None:
    request = {name: value for name, value in (GOOD | change).items() if name != "endpoint" or value is not None}
    problem = refused(platform, request)
    assert problem["param"].startswith(param), problem
    assert len(problem["detail"]) < 1000


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"null", b"[]", b"7", b'"x"', b"{", b"{}}", b"\x00", b"\xff\xfe{}", b"{'a': 1}", b'{"a": 1,}',
        b'{"endpoint": "/v1/chat/completions", "body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"body": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b'{"x": "' + b"\\" * 99_999,
        b'{"n": ' + b"9" * 100_000 + b"}",
    ],
    ids=lambda body: repr(body[:24]),
)  # fmt: skip
def test_what_is_no_json_object_is_refused(platform: Platform, body: bytes) -> None:
    assert refused(platform, body)["code"] in ("invalid_json", "invalid_field")


@pytest.mark.parametrize(
    "content",
    [
        b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999",
        b'"a\\u0000b"', b'"\\\\\\u0000"', b'"a\x00b"', b'"\\ud800"', b'"\\udc00 x"', b'"\\ud800\\ud800"',
        b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xff"', b'{"\\u0000": 1}', b'{"\\udfff": 1}',
    ],
    ids=repr,
)  # fmt: skip
def test_what_json_or_postgres_cannot_carry_is_refused(platform: Platform, content: bytes) -> None:
    request = json.dumps(GOOD | {"body": CHAT | {"extra": "HERE"}}).encode().replace(b'"HERE"', content)
    assert refused(platform, request)["code"] == "invalid_json"
    metadata = json.dumps(GOOD | {"metadata": {"a": "HERE"}}).encode().replace(b'"HERE"', content)
    refused(platform, metadata)


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "a\\\\u0000", "\U0001f600", "\u2028", "\x7f", "\\"])
def test_what_only_looks_dangerous_is_accepted_as_it_is(platform: Platform, text: str) -> None:
    request = GOOD | {"metadata": {"a": text}}
    status, _, job = platform.request("POST", JOBS, request)
    assert status == 202
    assert platform.job(job["id"])["metadata"] == {"a": text}


def test_surrogate_pairs_are_characters(platform: Platform) -> None:
    status, _, job = platform.request("POST", JOBS, json.dumps(GOOD | {"metadata": {"a": "\U0001f600"}}).encode())
    assert status == 202 and platform.job(job["id"])["metadata"] == {"a": "\U0001f600"}


@pytest.mark.parametrize("type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_another_content_type_is_refused(platform: Platform, type: str) -> None:
    answer = platform.request("POST", JOBS, json.dumps(GOOD).encode(), {"Content-Type": type})
    assert_problem(*answer, 415)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Idempotency-Key", "k" * 256), ("Idempotency-Key", "a\x01b"), ("Idempotency-Key", " "),
        ("Prefer", "wait=soon"), ("Prefer", "wait=1e9"), ("Prefer", "wait=" + "9" * 5000),
    ],
)  # fmt: skip
def test_a_wrong_header_is_named(platform: Platform, name: str, value: str) -> None:
    body = json.dumps(GOOD).encode()
    lines = (f"{name}: {value}", "Content-Type: application/json", f"Content-Length: {len(body)}")
    status, headers, problem = raw(platform, head(platform, f"POST {JOBS} HTTP/1.1", *lines), body)
    assert assert_problem(status, headers, problem, 400).get("param") in (name, None)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=101", "limit=x", "limit=-1", "limit=" + "9" * 5000, "status=done", "status=", "after=x",
        "after=job_", "after=job_" + "g" * 32, "after=%00", "after=%ff%fe", "after=", "model=a%00b", "metadata[a]=%00",
        "metadata[%00]=a", "model=" + "x" * 201,
    ],
)  # fmt: skip
def test_a_wrong_query_is_refused(platform: Platform, query: str) -> None:
    assert_problem(*raw(platform, head(platform, f"GET {JOBS}?{query} HTTP/1.1")), 400)


@pytest.mark.parametrize(
    "query", ["%", "%zz", "a=%", "model=%ff", "&&&", "=", "model=%ed%a0%80", "\xff=\xff", "a" * 3000]
)
def test_an_odd_query_does_no_harm(platform: Platform, query: str) -> None:
    assert raw(platform, head(platform, f"GET {JOBS}?{query} HTTP/1.1"))[0] in (200, 400)


@pytest.mark.parametrize(
    "path",
    ["/nope", "/api", "/api/v1", "/api/v1/jobs/%00", "/api/v1/jobs/%zz", "/api/v1/jobs/%ff", "/api/v1/jobs/%2e%2e",
     "/api/v1/jobs/job_" + "0" * 32, "/api/v1/jobs/job_x/events", "/%", "/..", "//", "/api/v1/jobs/" + "a" * 5000],
)  # fmt: skip
def test_what_is_not_there_is_404(platform: Platform, path: str) -> None:
    assert_problem(*raw(platform, head(platform, f"GET {path} HTTP/1.1")), 404)


@pytest.mark.parametrize("cursor", ["-1", "x", "1.5", "9" * 30, "9" * 5000, "\xb2", "9007199254740992"])
def test_a_wrong_cursor_of_events_is_refused(platform: Platform, cursor: str) -> None:
    job = platform.submit(demo={"tokens": 1, "rate": 0})["id"]
    line = f"GET {JOBS}/{job}/events HTTP/1.1"
    assert_problem(*raw(platform, head(platform, line, f"Last-Event-ID: {cursor}")), 400)
    if cursor.isascii():
        assert_problem(*raw(platform, head(platform, line.replace("events", f"events?after={cursor}"))), 400)


@pytest.mark.parametrize(
    "line", ["DELETE /api/v1/jobs", "PUT /api/v1/jobs", "POST /api/v1/models", "GET /api/v1/jobs/x/cancel"]
)
def test_a_wrong_method_is_405_and_told_which_are_right(platform: Platform, line: str) -> None:
    status, headers, problem = raw(platform, head(platform, f"{line} HTTP/1.1", "Content-Length: 0"))
    assert_problem(status, headers, problem, 405)
    assert headers["allow"] and line.split()[0] not in headers["allow"]


# --- Who asks


def operations(platform: Platform) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in platform.request("GET", "/api/openapi.json")[2]["paths"].items():
        for method, described in methods.items():
            yield method.upper(), path, described


@pytest.mark.parametrize("key", ["", "mr_live_wrong", "\xe9", "x" * 5000], ids=["none", "wrong", "latin", "long"])
def test_without_a_valid_key_every_route_is_401(platform: Platform, key: str) -> None:
    closed = [(method, path) for method, path, described in operations(platform) if described.get("security")]
    assert len(closed) >= 7
    for method, path in closed:
        path = re.sub(r"{\w+}", "job_" + "0" * 32, path)
        headers = {"Authorization": f"Bearer {key}" if key else ""}
        status, found, problem = platform.request(method, path, b"{}" if method == "POST" else None, headers)
        if path.startswith("/v1/"):
            # Anthropic's errors have no more than these.
            assert status == 401 and {"message", "type"} <= set(problem["error"])
        else:
            assert_problem(status, found, problem, 401)
        assert found["www-authenticate"].startswith("Bearer")


# --- Size


def api_memory(platform: Platform) -> int:
    return int(psutil.Process(platform.processes["api"].pid).memory_info().rss)


def test_a_hundred_megabytes_are_refused_at_once_and_cost_no_memory(platform: Platform) -> None:
    before = api_memory(platform)
    length = 100 * MB
    lines = ("Content-Type: application/json", f"Content-Length: {length}")
    chunks = (b" " * MB for _ in range(100))
    answer = raw(platform, head(platform, f"POST {JOBS} HTTP/1.1", *lines), *chunks)
    assert assert_problem(*answer, 413)["code"] == "body_too_large"
    assert api_memory(platform) - before < 60 * MB


def test_a_hundred_megabytes_without_a_length_are_refused_too(platform: Platform) -> None:
    before = api_memory(platform)
    lines = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    piece = b"%x\r\n" % MB + b" " * MB + b"\r\n"
    answer = raw(platform, head(platform, f"POST {JOBS} HTTP/1.1", *lines), *[piece] * 100, b"0\r\n\r\n")
    assert assert_problem(*answer, 413)["code"] == "body_too_large"
    assert api_memory(platform) - before < 60 * MB


def test_a_chunked_body_of_fair_size_is_accepted(platform: Platform) -> None:
    body = json.dumps(GOOD).encode()
    half = len(body) // 2
    pieces = [b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:])]
    lines = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    assert raw(platform, head(platform, f"POST {JOBS} HTTP/1.1", *lines), *pieces, b"0\r\n\r\n")[0] == 202


def test_the_largest_body_that_is_taken_is_run(platform: Platform) -> None:
    body = CHAT | {"messages": [{"role": "user", "content": "water " * (3 * MB)}]}
    status, _, job = platform.request("POST", JOBS, GOOD | {"body": body})
    assert status == 202
    assert platform.finished(job["id"])["status"] == "succeeded"


@pytest.mark.parametrize("lines", [("Content-Length: x",), ("Content-Length: -5",), ("Transfer-Encoding: chunked",)])
def test_a_body_that_is_framed_wrongly_breaks_nothing(platform: Platform, lines: tuple[str, ...]) -> None:
    line = head(platform, f"POST {JOBS} HTTP/1.1", "Content-Type: application/json", *lines)
    try:
        status = raw(platform, line, b"zzz\r\n{}\r\n")[0]
        assert 400 <= status < 500
    except (ConnectionError, TimeoutError) as closed:
        assert not isinstance(closed, TimeoutError)


# --- Fuzz

TEXT = st.text(max_size=20)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
FIELDS = ("endpoint", "body", "class", "deadline", "run_after", "max_attempts", "metadata", "extra")
BODY = st.fixed_dictionaries(
    {"model": st.sampled_from(["demo"] * 3 + ["x"]), "demo": st.just({"tokens": 1, "rate": 0})},
    optional=dict.fromkeys(("messages", "prompt", "stream", "max_tokens", "n", "stop", "temperature"), VALUE),
)


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(given=st.data())
def test_no_request_is_answered_with_a_500(platform: Platform, given: Any) -> None:
    request = GOOD | given.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUE) | {"body": BODY}))
    status, headers, answer = platform.request("POST", JOBS, json.dumps(request).encode())
    if status != 202:
        assert_problem(status, headers, answer)


def test_what_the_fuzz_got_accepted_all_ends(platform: Platform) -> None:
    """Nothing that is accepted may hang, or go round for ever."""
    status, _, found = platform.request("GET", f"{JOBS}?limit=100&model=demo&status=queued")
    assert status == 200
    for job in found["data"]:
        if job["run_after"] is None:
            platform.finished(job["id"])


def test_no_error_of_ours_is_in_the_log(platform: Platform) -> None:
    """Last in this file: after all of the above the API has nothing to confess."""
    assert "unexpected error" not in platform.log("api") and "Traceback" not in platform.log("api")


# --- CORS


def test_a_named_origin_may_call_and_no_other(platform: Platform) -> None:
    for path in ("/api/v1/models", "/nope"):
        headers = platform.request("GET", path, headers={"Origin": ORIGIN})[1]
        assert headers["access-control-allow-origin"] == ORIGIN and "Origin" in headers["vary"]
        assert "access-control-allow-credentials" not in headers
        for origin in ("https://evil.example", ORIGIN + ".evil.example", "null", "http" + ORIGIN[5:]):
            assert "access-control-allow-origin" not in platform.request("GET", path, headers={"Origin": origin})[1]


def test_a_preflight_says_what_a_named_origin_may_send(platform: Platform) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,idempotency-key"}
    status, headers, _ = platform.request("OPTIONS", JOBS, headers=asks | {"Origin": ORIGIN, "Authorization": ""})
    assert status == 204 and headers["access-control-allow-origin"] == ORIGIN
    allowed = headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "idempotency-key", "prefer"))
    assert "POST" in headers["access-control-allow-methods"]
    other = platform.request("OPTIONS", JOBS, headers=asks | {"Origin": "https://evil.example", "Authorization": ""})[1]
    assert "access-control-allow-origin" not in other


def test_sockets_follow_the_same_origins(platform: Platform) -> None:
    path = "/socket.io/?EIO=4&transport=polling"
    for origin, may in ((ORIGIN, True), (f"http://127.0.0.1:{platform.port}", True), ("https://evil.example", False)):
        status, headers, _ = platform.request("GET", path, headers={"Origin": origin})
        assert (status == 200) is may, origin
        assert headers.get("access-control-allow-origin") == (origin if may else None)
