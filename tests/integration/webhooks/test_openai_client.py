"""OpenAI's own client, unmodified, reads our webhooks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openai import InvalidWebhookSignatureError, OpenAI
from openai.types.webhooks import (
    BatchCompletedWebhookEvent,
    ResponseCancelledWebhookEvent,
    ResponseCompletedWebhookEvent,
    ResponseFailedWebhookEvent,
    ResponseIncompleteWebhookEvent,
)

from millrace import ids
from tests.fakes.webhook_receiver import Hook, Receiver
from tests.integration.webhooks.conftest import Owner

KINDS: dict[str, type] = {
    "completed": ResponseCompletedWebhookEvent,
    "incomplete": ResponseIncompleteWebhookEvent,
    "failed": ResponseFailedWebhookEvent,
    "cancelled": ResponseCancelledWebhookEvent,
}


@pytest.fixture
def client(owner: Owner) -> Iterator[OpenAI]:
    key = owner.person.key()[1]["Authorization"].removeprefix("Bearer ")
    url = f"http://127.0.0.1:{owner.platform.port}/v1"
    with OpenAI(base_url=url, api_key=key, max_retries=0, webhook_secret="whsec_" + "A" * 40) as made:
        yield made


def unwrapped(client: OpenAI, hook: Hook, secret: str) -> Any:
    return client.webhooks.unwrap(hook.body, hook.headers, secret=secret)


@pytest.mark.parametrize(
    ("end", "demo"),
    [
        ("completed", {"tokens": 2, "rate": 0}),
        ("incomplete", {"tokens": 50, "rate": 0}),
        ("failed", {"fail": "bad_request"}),
        ("cancelled", {"fail": "hang"}),
    ],
)
def test_the_end_of_a_response_in_the_background_is_unwrapped(
    owner: Owner, client: OpenAI, receiver: Receiver, end: str, demo: dict[str, Any]
) -> None:
    name = f"response-{end}"
    made = owner.endpoint(receiver.url(name), events=[f"response.{end}"])
    asked: dict[str, Any] = {"model": "demo", "input": "hi", "background": True, "max_output_tokens": 16}
    response = client.responses.create(**asked, extra_body={"demo": demo})
    if end == "cancelled":
        client.responses.cancel(response.id)
    event = unwrapped(client, receiver.wait(name)[0], made["secret"])
    assert type(event) is KINDS[end] and event.data.id == response.id and event.object == "event"
    assert client.responses.retrieve(response.id).status == end


def test_a_response_that_was_waited_for_is_told_as_a_job_alone(
    owner: Owner, client: OpenAI, receiver: Receiver
) -> None:
    owner.endpoint(receiver.url("waited"))
    response = client.responses.create(model="demo", input="hi", extra_body={"demo": {"tokens": 1, "rate": 0}})
    [hook] = receiver.wait("waited")
    assert hook.event["type"] == "job.succeeded" and hook.event["data"]["id"] == response.id.replace("resp_", "job_")
    assert len(owner.deliveries()) == 1


def test_the_end_of_a_batch_is_unwrapped_and_a_forged_one_is_not(
    owner: Owner, client: OpenAI, receiver: Receiver
) -> None:
    secret = owner.ask("GET", "secret")[1]["secret"]
    batch, webhook = ids.new(), json.dumps({"url": receiver.url("batch-sdk")})
    tenant = ids.parse("ten", owner.person.tenant)
    owner.platform.sql("SELECT tell_webhook(%s, 'batch.completed', %s, %s)", tenant, batch, webhook)
    hook = receiver.wait("batch-sdk")[0]
    event = unwrapped(client, hook, secret)
    assert type(event) is BatchCompletedWebhookEvent and event.data.id == ids.show("batch", batch)
    for forged in (
        Hook("", hook.headers, hook.body + b" "),
        Hook("", hook.headers | {"webhook-id": "evt_2"}, hook.body),
    ):
        with pytest.raises(InvalidWebhookSignatureError):
            unwrapped(client, forged, secret)
