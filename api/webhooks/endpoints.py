"""Endpoints: make, list, look, change, rotate, test, delete."""

from typing import Any

from api.auth import caller
from api.identity.asking import actor
from api.operations import operation
from api.pages import seconds
from api.shapes import Problem
from api.webhooks.deliveries import info as delivery_info
from api.webhooks.shapes import (
    DeliveryInfo,
    EndpointChange,
    EndpointInfo,
    EndpointList,
    EndpointWithSecret,
    NewEndpoint,
    SecretInfo,
    SecretRotation,
    TestEvent,
)
from millrace import broker, ids
from millrace.errors import InvalidField
from millrace.identity.permissions import Permission
from millrace.jobs import bell
from millrace.webhooks import destination, endpoints, events, log
from millrace.webhooks.endpoints import Endpoint, Wanted

TAG = "Webhooks"


@operation(
    "POST /api/v1/webhooks/endpoints",
    summary="Make a webhook endpoint",
    tag=TAG,
    permission=Permission.webhooks_write,
    body=NewEndpoint,
    answers={201: EndpointWithSecret, 409: Problem},
)
def create_webhook_endpoint(body: NewEndpoint) -> Any:
    """It is told of what ends from now on. `secret` signs what is sent: keep it where the receiver finds it."""
    destination.check(body.url, "url", resolve=True)
    made, secret = endpoints.make(actor(), Wanted(body.url, body.events, body.description))
    place = {"Location": f"/api/v1/webhooks/endpoints/{endpoints.shown(made.id)}"}
    return EndpointWithSecret(**_fields(made), secret=secret), 201, place


@operation(
    "GET /api/v1/webhooks/endpoints",
    summary="List webhook endpoints",
    tag=TAG,
    permission=Permission.webhooks_read,
    answers={200: EndpointList},
)
def list_webhook_endpoints() -> EndpointList:
    """Newest first."""
    return EndpointList(object="list", data=[_info(each) for each in endpoints.find_all(caller().tenant)])


@operation(
    "GET /api/v1/webhooks/endpoints/<id>",
    summary="Look at a webhook endpoint",
    tag=TAG,
    permission=Permission.webhooks_read,
    answers={200: EndpointInfo, 404: Problem},
)
def show_webhook_endpoint(id: str) -> EndpointInfo:
    """Whether it is enabled, and since when it fails."""
    return _info(_found(id))


@operation(
    "PATCH /api/v1/webhooks/endpoints/<id>",
    summary="Change a webhook endpoint",
    tag=TAG,
    permission=Permission.webhooks_write,
    body=EndpointChange,
    answers={200: EndpointInfo, 404: Problem},
)
def change_webhook_endpoint(id: str, body: EndpointChange) -> EndpointInfo:
    """What waits goes to the new `url`. `enabled: false` ends what waits; replay it when it is enabled again."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    for name in ("url", "description", "enabled"):
        if name in given and given[name] is None:
            raise InvalidField(f"{name}: cannot be null. Leave it out to keep it.", param=name)
    if "url" in given:
        destination.check(given["url"], "url", resolve=True)
    return _info(endpoints.change(actor(), ids.parse("we", id), given))


@operation(
    "POST /api/v1/webhooks/endpoints/<id>/rotate",
    summary="Rotate a webhook endpoint's secret",
    tag=TAG,
    permission=Permission.webhooks_write,
    body=SecretRotation,
    answers={201: SecretInfo, 404: Problem},
)
def rotate_webhook_secret(id: str, body: SecretRotation) -> Any:
    """A new secret. For `overlap_seconds` the old one signs too, so either verifies."""
    found = _found(id)
    return SecretInfo(secret=endpoints.rotate(actor(), found.id, body.overlap_seconds)), 201


@operation(
    "POST /api/v1/webhooks/endpoints/<id>/test",
    summary="Send a test event",
    tag=TAG,
    permission=Permission.webhooks_write,
    body=TestEvent,
    answers={202: DeliveryInfo, 404: Problem, 409: Problem},
)
def test_webhook_endpoint(id: str, body: TestEvent) -> Any:
    """Now, and in the way of all others, whatever types it asked for; `data.test` is true. Look at the delivery."""
    found = _found(id)
    type, subject = (body.type, ids.new()) if body.type else (events.TEST, found.id)
    sent = log.test(found, type, subject)
    bell.ring(broker.WEBHOOKS_QUEUE)
    return delivery_info(sent), 202


@operation(
    "DELETE /api/v1/webhooks/endpoints/<id>",
    summary="Delete a webhook endpoint",
    tag=TAG,
    permission=Permission.webhooks_write,
    answers={204: "Nothing is sent to it any more.", 404: Problem},
)
def delete_webhook_endpoint(id: str) -> Any:
    """What was sent stays in the log for its 30 days."""
    endpoints.delete(actor(), ids.parse("we", id))
    return "", 204


def _found(id: str) -> Endpoint:
    return endpoints.find(caller().tenant, ids.parse("we", id))


def _info(endpoint: Endpoint) -> EndpointInfo:
    return EndpointInfo(**_fields(endpoint))


def _fields(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoints.shown(endpoint.id),
        "object": "webhook_endpoint",
        "url": endpoint.url,
        "events": endpoint.events,
        "description": endpoint.description,
        "enabled": endpoint.enabled,
        "reason": endpoint.reason,
        "failing_since": seconds(endpoint.failing_since),
        "created_at": seconds(endpoint.created_at),
        "disabled_at": seconds(endpoint.disabled_at),
    }
