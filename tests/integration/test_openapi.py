"""The OpenAPI document says what the API does, and the API does what it says."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.platform import Platform


@pytest.fixture(scope="module")
def document(platform: Platform) -> dict[str, Any]:
    status, _, found = platform.request("GET", "/api/openapi.json", headers={"Authorization": ""})
    assert status == 200
    return found  # type: ignore[no-any-return]


def declared(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()
    ids = [operation["operationId"] for operation in declared(document).values()]
    assert len(ids) == len(set(ids))


def test_every_route_is_in_the_document_and_the_other_way_round(document: dict[str, Any]) -> None:
    from api.app import create_app

    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in create_app().url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == set(declared(document))


def test_what_is_not_public_declares_security_and_holds_to_it(platform: Platform, document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    public = set()
    for (method, path), operation in declared(document).items():
        needs = operation.get("security") or []
        assert all(name in schemes for each in needs for name in each)
        asked = re.sub(r"{\w+}", "job_" + "0" * 32, path)
        body = None if method in ("GET", "DELETE") else b"{}"
        status = platform.request(method, asked, body, {"Authorization": ""})[0]
        assert (status == 401) is bool(needs), (method, path)
        media = "application/json" if path.startswith("/v1/") else "application/problem+json"
        assert not needs or operation["responses"]["401"]["content"][media]["schema"]
        if not needs:
            public.add(path)
    people = ("register", "login", "refresh", "verify", "verify/resend", "password/forgot", "password/reset")
    known = {f"/api/v1/auth/{each}" for each in people} | {"/api/auth/register", "/api/auth/login"}
    assert public == known | {"/healthz", "/readyz", "/docs", "/api/openapi.json", "/.well-known/jwks.json"}


def test_every_parameter_of_a_path_is_declared(document: dict[str, Any]) -> None:
    for (_, path), operation in declared(document).items():
        named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))


def test_answers_are_what_the_document_declares(platform: Platform, document: dict[str, Any]) -> None:
    quick = {"tokens": 3, "rate": 0}
    chat = {"model": "demo", "messages": [{"role": "user", "content": "hi"}], "demo": quick}
    request = {"endpoint": "/v1/chat/completions", "body": chat, "metadata": {"a": "b"}}
    done = platform.request("POST", "/api/v1/jobs", request, {"Prefer": "wait=20"})[2]["id"]
    failed = platform.submit(demo={"fail": "bad_request"})["id"]
    live = platform.submit(demo={"fail": "hang"})["id"]
    platform.finished(failed)
    seen = set()

    def check(method: str, path: str, *more: Any, id: str = "", query: str = "") -> None:
        status, headers, body = platform.request(method, path.replace("{id}", id) + query, *more)
        answers = declared(document)[method, path]["responses"]
        assert str(status) in answers, (method, path, status)
        seen.add((method, path, status))
        content = answers[str(status)].get("content")
        if content:
            media = headers["content-type"].split(";")[0]
            assert media in content, (method, path, status, media)
            schema = content[media].get("schema", {})
            if "json" in media:
                Draft202012Validator(schema | {"components": document["components"]}).validate(body)

    job = "/api/v1/jobs/{id}"
    check("POST", "/api/v1/jobs", request)
    check("POST", "/api/v1/jobs", request, {"Prefer": "wait=20"})
    check("POST", "/api/v1/jobs", {"endpoint": 1})
    check("POST", "/api/v1/jobs", b"x" * 30_000_000)
    check("POST", "/api/v1/jobs", request, {"Content-Type": "text/plain"})
    check("POST", "/api/v1/jobs", request, {"Idempotency-Key": "openapi"})
    check("POST", "/api/v1/jobs", request | {"metadata": None}, {"Idempotency-Key": "openapi"})
    check("GET", "/api/v1/jobs")
    check("GET", "/api/v1/jobs", query="?status=failed&metadata[a]=b&limit=3")
    check("GET", "/api/v1/jobs", query="?batch=batch_0")
    check("GET", "/api/v1/jobs", query="?limit=0")
    for id in (done, failed, live, "job_nobody"):
        check("GET", job, id=id)
        check("GET", f"{job}/result", id=id)
        check("GET", f"{job}/events", None, {"Accept": "application/json"}, id=id)
        check("POST", f"{job}/retry", id=id)
        check("POST", f"{job}/cancel", id=id)
    check("GET", f"{job}/events", id=done)
    check("GET", f"{job}/events", None, {"Last-Event-ID": "x"}, id=done)
    check("POST", f"{job}/retry", None, {"Idempotency-Key": "k" * 256}, id=done)
    check("POST", f"{job}/retry", None, {"Idempotency-Key": "openapi"}, id=done)
    check("GET", f"{job}/events", id=done, query=f"?after={2**53 - 1}")
    check("GET", "/api/v1/models")
    for path in ("/healthz", "/readyz", "/docs", "/api/openapi.json"):
        check("GET", path)
    # The others' answers are checked wherever a test asks for them (tests/conformance.py).
    ours = {key: each for key, each in declared(document).items() if each["tags"][0] in ("Jobs", "Models", "Health")}
    assert {(method, path) for method, path, _ in seen} == set(ours)
    promised = {(*key, int(status)) for key, each in ours.items() for status in each["responses"]}
    # Not brought about here: no key, one that may not, no database, a limit that is reached, what was not to be kept.
    assert {each for each in promised - seen if each[2] not in (401, 403, 410, 429, 503)} == set()


def test_the_page_shows_every_operation_and_every_error(platform: Platform, document: dict[str, Any]) -> None:
    status, headers, page = platform.request("GET", "/docs", headers={"Authorization": ""})
    text = page.decode()
    assert status == 200 and headers["content-type"].startswith("text/html") and "<script" not in text
    for (method, path), operation in declared(document).items():
        assert path in text and f'id="{operation["operationId"]}"' in text and f">{method}<" in text
    for code in ("unknown_model", "not_found", "body_too_large", "idempotency_key_reused"):
        assert f'id="{code}"' in text
