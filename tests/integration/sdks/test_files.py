"""`client.files` of OpenAI's official client, unmodified, against a live platform."""

import asyncio
import io
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.platform import Platform

LINE = b'{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {}}\n'


def test_a_file_from_upload_to_deletion(client: OpenAI) -> None:
    made = client.files.create(file=("in.jsonl", LINE), purpose="batch")
    assert made.id.startswith("file_") and made.object == "file" and made.status == "processed"
    assert (made.filename, made.bytes, made.purpose) == ("in.jsonl", len(LINE), "batch")
    assert made.expires_at == made.created_at + 30 * 86_400
    assert client.files.retrieve(made.id) == made
    assert client.files.content(made.id).read() == LINE
    assert client.files.wait_for_processing(made.id) == made
    gone = client.files.delete(made.id)
    assert (gone.id, gone.deleted, gone.object) == (made.id, True, "file")
    for ask in (client.files.retrieve, client.files.content):
        with pytest.raises(openai.NotFoundError):
            ask(made.id)
    # As a client asks again whose connection broke before the answer came.
    assert client.files.delete(made.id).deleted


@pytest.mark.parametrize("kind", ["bytes", "path", "open file", "stream", "tuple with type"])
def test_whatever_the_client_takes_for_a_file(client: OpenAI, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(LINE * 3)
    given: Any = {
        "bytes": LINE * 3,
        "path": path,
        "open file": path.open("rb"),
        "stream": io.BytesIO(LINE * 3),
        "tuple with type": ("lines.jsonl", io.BytesIO(LINE * 3), "application/jsonl"),
    }[kind]
    made = client.files.create(file=given, purpose="user_data")
    assert made.bytes == 3 * len(LINE) and made.expires_at is None
    assert kind in ("bytes", "stream") or made.filename == "lines.jsonl"


def test_a_file_says_how_long_it_lives(client: OpenAI) -> None:
    made = client.files.create(
        file=("x", b"x"), purpose="user_data", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert made.expires_at == made.created_at + 3600
    for seconds in (3599, 2_592_001):
        with pytest.raises(openai.BadRequestError) as wrong:
            client.files.create(
                file=("x", b"x"), purpose="batch", expires_after={"anchor": "created_at", "seconds": seconds}
            )
        assert wrong.value.param == "expires_after.seconds"


def test_lists_are_walked_by_the_clients_own_pages(client: OpenAI) -> None:
    made = [client.files.create(file=(f"{n}", b"x"), purpose="user_data").id for n in range(5)]
    walked = [file.id for file in client.files.list(limit=2, purpose="user_data")]
    assert walked[:5] == made[::-1] and len(set(walked)) == len(walked)
    assert [file.id for file in client.files.list(order="asc", after=made[0], limit=100)][:4] == made[1:]
    page = client.files.list(limit=1)
    assert page.has_more and page.data[0].id == made[-1]


def test_errors_are_the_vendors(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as wrong:
        client.files.create(file=("x", b"x"), purpose="fine-tune")
    assert wrong.value.param == "purpose" and wrong.value.type == "invalid_request_error"
    with pytest.raises(openai.BadRequestError) as empty:
        client.files.create(file=("x", b""), purpose="batch")
    assert empty.value.param == "file" and "empty" in empty.value.message
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve("file-abc")
    with pytest.raises(openai.BadRequestError):
        client.files.list(limit=0)


def test_the_async_client_uploads_and_downloads_several_at_once(mill: Platform, tmp_path: Path) -> None:
    contents = [bytes([number]) * 300_000 for number in range(8)]

    async def there_and_back(client: AsyncOpenAI, content: bytes) -> bytes:
        made = await client.files.create(file=("x.bin", content), purpose="user_data")
        async with client.files.with_streaming_response.content(made.id) as answer:
            await answer.stream_to_file(tmp_path / made.id)
        assert [file.id async for file in client.files.list(purpose="user_data", limit=3)].count(made.id) == 1
        await client.files.delete(made.id)
        return (tmp_path / made.id).read_bytes()

    async def all_of_them() -> list[bytes]:
        async with AsyncOpenAI(base_url=f"http://127.0.0.1:{mill.port}/v1", api_key=mill.key) as client:
            return await asyncio.gather(*[there_and_back(client, content) for content in contents])

    assert asyncio.run(all_of_them()) == contents
