"""The client asks for nothing that the OpenAPI document does not have, and reads nothing that it does not promise."""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.parser import BytesParser
from pathlib import Path
from typing import Any, get_type_hints

import httpx
import pytest
from jsonschema import Draft202012Validator
from millrace_client import Millrace, shapes

from api.app import create_app

ID = "job_" + "0" * 32
NOW = datetime(2026, 11, 28, tzinfo=UTC)
HOOK = {"url": "https://example.com", "events": ["job.failed"]}
CHAT = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}
JOB = {"id": ID, "status": "succeeded", "result": {"choices": [{"message": {"content": "yes"}}]}}
PAGE = {"data": [], "first_id": None, "last_id": None, "has_more": False}
LINES = [{"custom_id": "a", "body": CHAT}]
BATCH_FIELDS: dict[str, Any] = {
    "metadata": {"a": "b"},
    "output_expires_after": 3600,
    "template": {"custom_id": "{{ n }}", "body": CHAT},
    "webhook": "https://example.com",
}

#: Every public method with every one of its parameters.
CALLS: dict[str, Callable[[Millrace], Any]] = {
    "jobs.submit": lambda c: c.jobs.submit(
        CHAT, class_="batch", deadline=NOW, run_after=NOW, max_attempts=2, metadata={"a": "b"}, webhook=HOOK, wait=3
    ),
    "jobs.get": lambda c: c.jobs.get(ID),
    "jobs.list": lambda c: c.jobs.list(status="failed", model="demo", metadata={"a": "b"}, after=ID, limit=5),
    "jobs.every": lambda c: list(c.jobs.every(status="failed", model="demo", metadata={"a": "b"})),
    "jobs.cancel": lambda c: c.jobs.cancel(ID),
    "jobs.retry": lambda c: c.jobs.retry(ID),
    "jobs.result": lambda c: c.jobs.result(ID),
    "jobs.events": lambda c: list(c.jobs.events(ID, after=3, timeout=9)),
    "jobs.text": lambda c: list(c.jobs.text(ID)),
    "jobs.wait": lambda c: c.jobs.wait(ID),
    "files.upload": lambda c: c.files.upload(__file__, purpose="batch", expires_after=3600),
    "files.get": lambda c: c.files.get(ID),
    "files.list": lambda c: c.files.list(purpose="batch", after=ID, limit=5),
    "files.every": lambda c: list(c.files.every(purpose="batch")),
    "files.delete": lambda c: c.files.delete(ID),
    "batches.create": lambda c: c.batches.create(LINES, **BATCH_FIELDS),
    "batches.quote": lambda c: c.batches.quote("file_x", **BATCH_FIELDS),
    "batches.start": lambda c: c.batches.start(ID),
    "batches.get": lambda c: c.batches.get(ID),
    "batches.list": lambda c: c.batches.list(after=ID, limit=5),
    "batches.every": lambda c: list(c.batches.every()),
    "batches.cancel": lambda c: c.batches.cancel(ID),
    "batches.pause": lambda c: c.batches.pause(ID),
    "batches.resume": lambda c: c.batches.resume(ID),
    "batches.retry_failed": lambda c: c.batches.retry_failed(ID),
    "batches.watch": lambda c: list(c.batches.watch(ID)),
    "batches.wait": lambda c: c.batches.wait(ID),
    "batches.results": lambda c: list(c.batches.results(ID, lines="failed")),
    "account.me": lambda c: c.account.me(),
    "account.sign_in": lambda c: c.account.sign_in("a@example.com", "a mill turns slowly"),
    "account.sign_out": lambda c: c.account.sign_out(),
    "account.models": lambda c: c.account.models(),
    "account.usage": lambda c: c.account.usage(since=NOW, until=NOW, grain="hour", group_by="model"),
    "account.quota": lambda c: c.account.quota(),
    "keys.create": lambda c: c.keys.create(
        "k", scopes=["jobs:read"], models=["demo"], expires_in_days=3, requests_per_hour=5, budget_usd="5"
    ),
    "keys.get": lambda c: c.keys.get(ID),
    "keys.list": lambda c: c.keys.list(after=ID, limit=5),
    "keys.every": lambda c: list(c.keys.every()),
    "keys.rotate": lambda c: c.keys.rotate(ID, overlap_seconds=5),
    "keys.revoke": lambda c: c.keys.revoke(ID),
    "webhooks.create": lambda c: c.webhooks.create("https://example.com", events=["job.failed"], description="d"),
    "webhooks.list": lambda c: c.webhooks.list(),
    "webhooks.get": lambda c: c.webhooks.get(ID),
    "webhooks.delete": lambda c: c.webhooks.delete(ID),
    "webhooks.test": lambda c: c.webhooks.test(ID),
    "webhooks.deliveries": lambda c: c.webhooks.deliveries(
        endpoint=ID, job=ID, batch=ID, state="failed", after=ID, limit=5
    ),
    "webhooks.every_delivery": lambda c: list(c.webhooks.every_delivery(endpoint=ID, state="failed")),
    "webhooks.replay": lambda c: c.webhooks.replay(ID),
    "schedules.create": lambda c: c.schedules.create(
        "n", cron="0 1 * * *", zone="UTC", job={"endpoint": "/v1/chat/completions", "body": CHAT}, missed="all",
        overlap="skip",
    ),
    "schedules.change": lambda c: c.schedules.change(
        ID, every_seconds=90, batch={"endpoint": "/v1/embeddings", "input": {"file_id": "file_x"}}
    ),
    "schedules.get": lambda c: c.schedules.get(ID),
    "schedules.list": lambda c: c.schedules.list(after=ID, limit=5),
    "schedules.every": lambda c: list(c.schedules.every()),
    "schedules.pause": lambda c: c.schedules.pause(ID),
    "schedules.resume": lambda c: c.schedules.resume(ID),
    "schedules.run": lambda c: c.schedules.run(ID),
    "schedules.runs": lambda c: c.schedules.runs(ID, after=ID, limit=5),
    "schedules.every_run": lambda c: list(c.schedules.every_run(ID)),
    "schedules.delete": lambda c: c.schedules.delete(ID),
    "inference": lambda c: c.inference("hi", model="demo", max_tokens=3, temperature=0),
    "stream": lambda c: list(c.stream([{"role": "user", "content": "hi"}], model="demo", max_tokens=3)),
}
#: These write to disk: tests/integration/clients has them; their paths are checked here.
DISK = {
    "files.download": lambda c, to: c.files.download(ID, to),
    "batches.download": lambda c, to: c.batches.download(ID, to),
}

#: Which of the document's schemas each of ours is of.
SCHEMAS = {
    "Webhook": "WebhookTarget", "Template": "Template", "Error": "JobError", "TokenUsage": "TokenUsage",
    "Job": "JobWithResult", "JobList": "JobList", "File": "FileInfo", "FileList": "FileList",
    "FileDeleted": "FileDeleted", "LineError": "LineError", "LineErrors": "LineErrors", "Counts": "Counts",
    "Progress": "BatchProgress", "QuotedModel": "QuotedModel", "QuotedQuota": "QuotedQuota",
    "BatchQuote": "BatchQuote", "Batch": "BatchInfo", "BatchList": "BatchList", "Key": "KeyInfo",
    "NewKey": "KeyWithSecret", "KeyList": "KeyList", "Person": "User", "Tenant": "Belonging", "Caller": "Me",
    "Tokens": "Tokens", "Price": "ModelPrice", "Model": "ModelInfo", "Alias": "AliasInfo", "ModelList": "ModelList",
    "Amounts": "Amounts", "Bucket": "Bucket", "Usage": "Usage", "Window": "Window",
    "Burst": "BurstInfo", "Monthly": "MonthlyQuota", "Quota": "QuotaStanding", "Endpoint": "EndpointInfo",
    "NewEndpoint": "EndpointWithSecret", "EndpointList": "EndpointList", "Delivery": "DeliveryInfo",
    "DeliveryList": "DeliveryList", "Schedule": "ScheduleInfo", "ScheduleList": "ScheduleList", "Run": "RunInfo",
    "RunList": "RunList",
}  # fmt: skip

#: Not answers of an operation, but lines of a file, and a part of every page.
APART = {"BatchLine", "Page"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return dict(create_app().test_client().get("/api/openapi.json").get_json())


def operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    # What is spelled out wins over what is a parameter, as in the router.
    for template in sorted(document["paths"], key=lambda each: "{" in each):
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path) and method.lower() in document["paths"][template]:
            return dict(document["paths"][template][method.lower()])
    raise AssertionError(f"{method} {path} is no operation")


class Recorder(httpx.BaseTransport):
    """Keeps what was asked, and answers so that every flow comes to its end."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        path = request.url.path
        if "events" in path and "batches" in path:
            return httpx.Response(200, text='event: ended\ndata: {"id": "b", "status": "completed"}\n\n')
        if "events" in path:
            return httpx.Response(200, text="id: 4\nevent: succeeded\ndata: {}\n\n")
        if path.endswith(("/results", "/content")):
            return httpx.Response(200, text='{"custom_id": "a"}\n')
        return httpx.Response(200, json=JOB | PAGE | {"aliases": []})


def fields(request: httpx.Request) -> dict[str, Any]:
    """The body: JSON, or a form with its brackets unfolded."""
    media = request.headers["content-type"]
    if "json" in media:
        return dict(json.loads(request.content))
    parts = BytesParser().parsebytes(f"Content-Type: {media}\r\n\r\n".encode() + request.content).get_payload()
    found: dict[str, Any] = {}
    for part in parts:
        assert not isinstance(part, str)
        name = str(part.get_param("name", header="content-disposition"))
        outer, _, inner = name.removesuffix("]").partition("[")
        text = part.get_payload(decode=True).decode()  # type: ignore[union-attr]
        if inner:
            found.setdefault(outer, {})[inner] = int(text) if text.isdecimal() else text
        else:
            found[outer] = text
    return found


def check(document: dict[str, Any], request: httpx.Request) -> None:
    """Path, verb, query, headers and body, against the document."""
    declared = operation(document, request.method, request.url.path)
    known = {each["name"].lower() for each in declared["parameters"]}
    for name in request.url.params:
        assert name in known or name.startswith("metadata["), (request.url, name)
    for name in {"idempotency-key", "prefer", "range"} & set(request.headers):
        assert name in known, (request.url, name)
    content = declared.get("requestBody", {}).get("content", {})
    assert bool(request.content) == bool(content), request.url
    if content:
        media = request.headers["content-type"].partition(";")[0]
        schema = content[media]["schema"] | {"components": document["components"]}
        Draft202012Validator(schema).validate(fields(request))


@pytest.mark.parametrize("name", CALLS)
def test_what_is_asked_is_in_the_document(document: dict[str, Any], name: str) -> None:
    asked = Recorder()
    with Millrace("key", "http://test", http=httpx.Client(transport=asked)) as client:
        CALLS[name](client)
    assert asked.asked
    for request in asked.asked:
        check(document, request)


@pytest.mark.parametrize("name", DISK)
def test_what_is_downloaded_is_in_the_document(document: dict[str, Any], name: str, tmp_path: Path) -> None:
    asked = Recorder()
    with Millrace("key", "http://test", http=httpx.Client(transport=asked)) as client:
        DISK[name](client, tmp_path / "it")
    assert [path.name for path in tmp_path.iterdir()] == ["it"]
    for request in asked.asked:
        check(document, request)


def test_no_method_is_left_out() -> None:
    with Millrace("key", "http://test") as client:
        assert set(methods(client)) == set(CALLS) | set(DISK)


def methods(client: Millrace) -> Iterator[str]:
    for name, value in [*vars(client).items(), *inspect.getmembers(client, inspect.ismethod)]:
        if name.startswith("_") or name == "close":
            continue
        if inspect.ismethod(value):
            yield name
        else:
            inner = inspect.getmembers(value, inspect.ismethod)
            yield from (f"{name}.{each}" for each, _ in inner if not each.startswith("_"))


def test_what_is_read_is_in_the_document(document: dict[str, Any]) -> None:
    known = document["components"]["schemas"]
    ours = {
        name: shape for name, shape in vars(shapes).items() if hasattr(shape, "__required_keys__") and name[0] != "_"
    }
    assert set(ours) == set(SCHEMAS) | APART | {"NotRequired", "TypedDict"} & set(ours)
    for name, schema in SCHEMAS.items():
        assert set(get_type_hints(ours[name])) <= set(known[schema]["properties"]), name
    assert set(get_type_hints(shapes.Page)) <= set(known["JobList"]["properties"])
