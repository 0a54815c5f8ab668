"""The client."""

from collections.abc import AsyncIterator
from typing import Any, Self

import httpx

from millrace_client.aio import inference
from millrace_client.aio.account import AsyncAccount, AsyncKeys
from millrace_client.aio.batches import AsyncBatches
from millrace_client.aio.endpoints import AsyncWebhooks
from millrace_client.aio.files import AsyncFiles
from millrace_client.aio.inference import Prompt
from millrace_client.aio.jobs import AsyncJobs
from millrace_client.aio.schedules import AsyncSchedules
from millrace_client.aio.transport import AsyncTransport
from millrace_client.transcript import Update


class AsyncMillrace:
    """One platform, as one caller. Without arguments: MILLRACE_API_KEY and MILLRACE_URL of the environment.

    `retries`: how often a request is sent again, where that is safe. `http`: an httpx client of your own (proxies,
    certificates). Close it, or use it in a `with` statement.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        retries: int = 4,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._transport = AsyncTransport(api_key, base_url, retries, http)
        self.account = AsyncAccount(self._transport)
        self.batches = AsyncBatches(self._transport)
        self.files = AsyncFiles(self._transport)
        self.jobs = AsyncJobs(self._transport)
        self.keys = AsyncKeys(self._transport)
        self.schedules = AsyncSchedules(self._transport)
        self.webhooks = AsyncWebhooks(self._transport)

    async def inference(
        self,
        prompt: Prompt,
        *,
        model: str,
        max_tokens: int | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> str:
        """What the model answers. `prompt`: a text, or messages; `more`: of the body, such as `temperature`.

        Raises JobFailed, TimedOut (after `timeout` seconds).
        """
        body = inference.chat(prompt, model, max_tokens, more)
        return inference.text_of((await inference.answered(self.jobs, body, timeout))[1])

    def stream(
        self,
        prompt: Prompt,
        *,
        model: str,
        max_tokens: int | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> AsyncIterator[Update]:
        """The same as it grows: each update's `text` is all so far, right through broken connections and retries."""
        return inference.streamed(self.jobs, inference.chat(prompt, model, max_tokens, more), timeout)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
