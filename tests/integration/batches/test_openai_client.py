"""OpenAI's own client runs its own example of a batch, unmodified."""

import io
import json

from openai import OpenAI

from tests.integration.batches.conftest import Owner, line, written
from tests.machine import wait_for


def test_the_official_client_runs_a_batch(owner: Owner, client: OpenAI) -> None:
    file = client.files.create(file=io.BytesIO(written([line("one"), line("two")])), purpose="batch")
    batch = client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"of": "a test"}
    )
    assert batch.status in ("validating", "in_progress") and batch.metadata == {"of": "a test"}
    wait_for(lambda: client.batches.retrieve(batch.id).status == "completed", 40, "completed")

    done = client.batches.retrieve(batch.id)
    assert done.request_counts is not None and done.output_file_id is not None and done.usage is not None
    assert (done.request_counts.total, done.request_counts.completed, done.request_counts.failed) == (2, 2, 0)
    found = [json.loads(each) for each in client.files.content(done.output_file_id).text.splitlines()]
    assert sorted(each["custom_id"] for each in found) == ["one", "two"]
    assert all(each["response"]["status_code"] == 200 and each["error"] is None for each in found)
    assert done.usage.output_tokens == sum(each["response"]["body"]["usage"]["completion_tokens"] for each in found)
    assert next(iter(client.batches.list(limit=1))).id == batch.id


def test_a_batch_of_responses_answers_in_their_shape(owner: Owner, client: OpenAI) -> None:
    asked = {"custom_id": "r", "method": "POST", "url": "/v1/responses", "body": {"model": "demo", "input": "hello"}}
    batch = owner.ended(owner.batch([asked], endpoint="/v1/responses"))
    (found,) = owner.file(batch["output_file_id"])
    assert found["response"]["body"]["object"] == "response"
    assert found["response"]["body"]["output"][0]["content"][0]["type"] == "output_text"
