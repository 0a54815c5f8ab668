"""Endpoints of webhooks, and what was sent to them."""

from collections.abc import AsyncIterator, Sequence

from millrace_client.aio.pages import every
from millrace_client.aio.transport import AsyncTransport
from millrace_client.request import DELIVERIES, ENDPOINTS, Request, given, to
from millrace_client.shapes import Delivery, DeliveryList, Endpoint, EndpointList, NewEndpoint


class AsyncWebhooks:
    """`client.webhooks`. What arrives is verified by `millrace_client.verify`."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create(self, url: str, *, events: Sequence[str] | None = None, description: str = "") -> NewEndpoint:
        """An endpoint, with the `secret` that signs what is sent to it. `events`: which types; all, by default."""
        body = given(url=url, events=events, description=description)
        return await self._transport.ask(Request("POST", ENDPOINTS, body=body))

    async def list(self) -> EndpointList:
        """All of them, newest first."""
        return await self._transport.ask(Request("GET", ENDPOINTS))

    async def get(self, id: str) -> Endpoint:
        """Where it is, and whether it is enabled."""
        return await self._transport.ask(Request("GET", to(ENDPOINTS, id)))

    async def delete(self, id: str) -> None:
        """Nothing is sent to it any more."""
        await self._transport.ask(Request("DELETE", to(ENDPOINTS, id)))

    async def test(self, id: str) -> Delivery:
        """Send it an event of the type `webhook.test`."""
        return await self._transport.ask(Request("POST", to(ENDPOINTS, id, "test"), body={}))

    async def deliveries(
        self,
        *,
        endpoint: str | None = None,
        job: str | None = None,
        batch: str | None = None,
        state: str | None = None,
        after: str | None = None,
        limit: int = 20,
    ) -> DeliveryList:
        """A page of the delivery log, newest first."""
        query = given(endpoint=endpoint, job=job, batch=batch, state=state, after=after, limit=limit)
        return await self._transport.ask(Request("GET", DELIVERIES, query=query))

    def every_delivery(self, *, endpoint: str | None = None, state: str | None = None) -> AsyncIterator[Delivery]:
        """All of the log, read as it is wanted."""
        return every(self._transport, DELIVERIES, **given(endpoint=endpoint, state=state, limit=100))

    async def replay(self, id: str) -> Delivery:
        """Send a delivery again, now, under the same `webhook-id`."""
        return await self._transport.ask(Request("POST", to(DELIVERIES, id, "replay")))
