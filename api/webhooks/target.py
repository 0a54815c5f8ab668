"""The field `webhook` of a job or a batch: a URL, or one with the types that are wanted."""

from typing import Any

from api.webhooks.shapes import BatchWebhook, JobWebhook
from millrace.webhooks import destination


def target(given: str | JobWebhook | BatchWebhook | None) -> dict[str, Any] | None:
    """`{url, events}` as it is kept. Raises InvalidField."""
    if given is None:
        return None
    wanted = {"url": given} if isinstance(given, str) else given.model_dump(exclude_none=True)
    destination.check(wanted["url"], "webhook.url", resolve=False)
    return wanted
