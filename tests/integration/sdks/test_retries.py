"""When the official clients try again, how long they wait, and when they are told not to; what their time-outs do."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from anthropic import Anthropic, AsyncAnthropic
from openai import AsyncOpenAI, OpenAI

from tests.fakes.openai_server import OpenAIServer
from tests.integration.sdks.test_official_client import HELLO, fake, newest
from tests.integration.test_limits import key_of
from tests.machine import wait_for
from tests.platform import Platform

_TIER = """
INSERT INTO tiers (name, rank, requests_per_hour, requests_per_month, per_second, burst)
VALUES ('trickle', 0, NULL, NULL, 1, 1)
ON CONFLICT DO NOTHING
"""


class Clients:
    """The official clients, with the retries that they have by themselves, and what they say of them."""

    def __init__(self, mill: Platform, log: pytest.LogCaptureFixture) -> None:
        self._place = f"http://127.0.0.1:{mill.port}"
        self._key, self._log = mill.key, log

    def gpt(self, key: str = "", **more: Any) -> OpenAI:
        return OpenAI(base_url=f"{self._place}/v1", api_key=key or self._key, **more)

    def claude(self, key: str = "", **more: Any) -> Anthropic:
        return Anthropic(base_url=self._place, api_key=key or self._key, **more)

    def async_gpt(self, **more: Any) -> AsyncOpenAI:
        return AsyncOpenAI(base_url=f"{self._place}/v1", api_key=self._key, **more)

    def async_claude(self, **more: Any) -> AsyncAnthropic:
        return AsyncAnthropic(base_url=self._place, api_key=self._key, **more)

    @property
    def waits(self) -> list[float]:
        """Seconds that they said they would wait before each retry."""
        said = [record for record in self._log.records if record.msg.startswith("Retrying request")]
        return [next(arg for arg in record.args if isinstance(arg, float)) for record in said]  # type: ignore[union-attr]


@pytest.fixture
def clients(mill: Platform, caplog: pytest.LogCaptureFixture) -> Iterator[Clients]:
    for name in ("openai._base_client", "anthropic._base_client"):
        caplog.set_level(logging.INFO, logger=name)
    yield Clients(mill, caplog)


def secret(headers: dict[str, str]) -> str:
    return headers["Authorization"].removeprefix("Bearer ")


def test_who_is_too_fast_waits_as_long_as_it_is_told(mill: Platform, clients: Clients) -> None:
    mill.sql(_TIER)
    headers = key_of(mill, "trickle")
    # The processes have heard of the tier when it begins to refuse.
    wait_for(lambda: mill.request("GET", "/v1/models", headers=headers)[0] == 429, 10, "the limit")
    assert clients.gpt(secret(headers)).models.list().data
    assert clients.claude(secret(headers)).messages.count_tokens(model="demo", messages=HELLO).input_tokens
    # Left to themselves they would have tried again within half a second, in vain.
    assert set(clients.waits) == {1.0}


def test_where_waiting_takes_an_hour_it_is_told_at_once(mill: Platform, clients: Clients) -> None:
    key = secret(key_of(mill, requests_per_hour=1))
    asked: Any = {"model": "vendor", "messages": HELLO}
    first = clients.gpt(key).chat.completions.with_raw_response.create(**asked)
    told = {name: first.headers[f"x-ratelimit-{name}-requests"] for name in ("limit", "remaining", "reset")}
    assert (told["limit"], told["remaining"]) == ("1", "0") and told["reset"].startswith(("1h", "59m"))
    with pytest.raises(openai.RateLimitError) as refused:
        clients.gpt(key).chat.completions.create(**asked)
    assert refused.value.code == "rate_limited" and int(refused.value.response.headers["retry-after"]) > 3_000
    with pytest.raises(anthropic.RateLimitError):
        clients.claude(key, max_retries=0).messages.create(**asked, max_tokens=5)
    assert clients.waits == []


def test_what_no_retry_mends_is_not_tried_again(mill: Platform, vendor: OpenAIServer, clients: Clients) -> None:
    asked = vendor.asked
    with pytest.raises(openai.InternalServerError) as spent:
        clients.gpt().chat.completions.create(model="vendor", messages=HELLO, extra_body=fake(mode="quota"))
    assert spent.value.code == "backend_quota" and vendor.asked == asked + 1
    assert clients.waits == []


def test_a_job_that_somebody_cancels_is_not_asked_again_by_its_client(mill: Platform, clients: Clients) -> None:
    async def asked() -> None:
        async with clients.async_gpt(timeout=30) as client:
            call = client.chat.completions.create(model="vendor", messages=HELLO, extra_body=fake(mode="hang"))
            task = asyncio.create_task(call)
            await asyncio.to_thread(wait_for, lambda: newest(mill)["status"] == "running", 10, "it runs")
            job = newest(mill)["id"]
            mill.request("POST", f"/api/v1/jobs/{job}/cancel")
            with pytest.raises(openai.ConflictError):
                await task
            assert newest(mill)["id"] == job

    wait_for(lambda: newest(mill)["status"] != "running", 10, "nothing else runs")
    asyncio.run(asked())
    assert clients.waits == []


def test_an_outage_of_the_vendor_is_waited_out_and_its_client_sees_only_the_answer(
    vendor: OpenAIServer, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asked() -> Any:
        async with clients.async_gpt(timeout=30) as client:
            asked = vendor.asked
            for name, value in {"mode": "status", "status": 503, "headers": {"retry-after": "1"}}.items():
                monkeypatch.setitem(vendor.defaults, name, value)
            task = asyncio.create_task(client.chat.completions.create(model="vendor", messages=HELLO))
            assert await asyncio.to_thread(vendor.wait_for, "asked", asked + 1, 10)
            monkeypatch.undo()
            return await task

    assert asyncio.run(asked()).choices[0].finish_reason == "stop" and clients.waits == []


def test_a_time_out_of_its_client_cancels_the_job(
    mill: Platform, vendor: OpenAIServer, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def openais() -> None:
        async with clients.async_gpt(timeout=1.0, max_retries=0) as client:
            with pytest.raises(openai.APITimeoutError):
                await client.chat.completions.create(model="vendor", messages=HELLO)

    async def anthropics() -> None:
        async with clients.async_claude(timeout=1.0, max_retries=0) as client:
            with pytest.raises(anthropic.APITimeoutError):
                await client.messages.create(model="vendor", max_tokens=5, messages=HELLO)

    monkeypatch.setitem(vendor.defaults, "mode", "hang")
    for run in (openais, anthropics):
        before = newest(mill)["id"]
        asyncio.run(run())
        assert newest(mill)["id"] != before
        wait_for(lambda: newest(mill)["status"] == "cancelled", 10, "the job to be cancelled")
