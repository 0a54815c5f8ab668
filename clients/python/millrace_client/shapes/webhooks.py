"""Endpoints of webhooks, and what was sent to them."""

from typing import Any, TypedDict

from millrace_client.shapes.pages import Page


class Endpoint(TypedDict):
    """An endpoint of webhooks."""

    id: str
    url: str
    events: list[str] | None
    description: str
    enabled: bool
    reason: str | None
    failing_since: int | None
    created_at: int
    disabled_at: int | None


class NewEndpoint(Endpoint):
    """An endpoint that was just made, with its secret."""

    secret: str


class EndpointList(TypedDict):
    """All of them."""

    data: list[Endpoint]


class Delivery(TypedDict):
    """One event for one receiver, and what came of it."""

    id: str
    state: str
    endpoint: str | None
    url: str | None
    event: dict[str, Any]
    next_try: int | None
    finished_at: int | None
    attempts: list[dict[str, Any]]


class DeliveryList(Page):
    """A page of the log."""

    data: list[Delivery]
