"""The delivery log: what was sent where, and sending it again."""

import json
from typing import Any

from api.auth import caller
from api.operations import operation
from api.pages import cursor, page, seconds
from api.shapes import Problem
from api.webhooks.shapes import DeliveryInfo, DeliveryList, DeliveryQuery
from millrace import broker, ids
from millrace.errors import InvalidField
from millrace.identity.permissions import Permission
from millrace.jobs import bell
from millrace.webhooks import endpoints, events, log
from millrace.webhooks.log import Delivery, Filters

TAG = "Webhooks"


@operation(
    "GET /api/v1/webhooks/deliveries",
    summary="List webhook deliveries",
    tag=TAG,
    permission=Permission.webhooks_read,
    query=DeliveryQuery,
    answers={200: DeliveryList},
)
def list_webhook_deliveries(query: DeliveryQuery) -> DeliveryList:
    """Newest first, for 30 days. Narrow by `endpoint`, by `job` or `batch`, and by `state`."""
    subject = _identifier("job", query.job) or _identifier("batch", query.batch)
    endpoint = _identifier("we", query.endpoint, "endpoint")
    filters = Filters(endpoint, subject, query.state, cursor("whd", query.after))
    found = log.find_all(caller().tenant, filters, query.limit + 1)
    return page(DeliveryList, [info(each) for each in found], query.limit)


@operation(
    "GET /api/v1/webhooks/deliveries/<id>",
    summary="Look at a webhook delivery",
    tag=TAG,
    permission=Permission.webhooks_read,
    answers={200: DeliveryInfo, 404: Problem},
)
def show_webhook_delivery(id: str) -> DeliveryInfo:
    """What came of each try, and when the next one is."""
    return info(log.find(caller().tenant, ids.parse("whd", id)))


@operation(
    "POST /api/v1/webhooks/deliveries/<id>/replay",
    summary="Replay a webhook delivery",
    tag=TAG,
    permission=Permission.webhooks_write,
    answers={202: DeliveryInfo, 404: Problem, 409: Problem},
)
def replay_webhook_delivery(id: str) -> Any:
    """Send it again, now, with the same `webhook-id`, whatever became of it; tries are counted anew."""
    found = log.replay(caller().tenant, ids.parse("whd", id))
    bell.ring(broker.WEBHOOKS_QUEUE)
    return info(found), 202


def info(delivery: Delivery) -> DeliveryInfo:
    return DeliveryInfo.model_validate(
        {
            "id": ids.show("whd", delivery.id),
            "object": "webhook_delivery",
            "state": delivery.state,
            "endpoint": endpoints.shown(delivery.endpoint) if delivery.endpoint else None,
            "url": delivery.url,
            "event": json.loads(event_of(delivery)),
            "next_try": seconds(delivery.next_try),
            "finished_at": seconds(delivery.finished_at),
            "attempts": json.loads(delivery.attempts),
        }
    )


def event_of(delivery: Delivery) -> bytes:
    """The body that is sent."""
    id, data = events.shown(delivery.event), json.loads(delivery.data)
    return events.body(id, delivery.type, delivery.subject, data, delivery.created_at)


def _identifier(prefix: str, given: str | None, name: str | None = None) -> str | None:
    found = ids.parse(prefix, given) if given is not None else None
    if given is not None and found is None:
        name = name or prefix
        raise InvalidField(f"{name}: an identifier that begins with {prefix}_.", param=name)
    return found
