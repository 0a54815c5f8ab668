# Made by unasync.py: change aio/ and run it again.
"""The client."""

from collections.abc import Iterator
from typing import Any, Self

import httpx

from millrace_client.blocking import inference
from millrace_client.blocking.account import Account, Keys
from millrace_client.blocking.batches import Batches
from millrace_client.blocking.endpoints import Webhooks
from millrace_client.blocking.files import Files
from millrace_client.blocking.inference import Prompt
from millrace_client.blocking.jobs import Jobs
from millrace_client.blocking.schedules import Schedules
from millrace_client.blocking.transport import Transport
from millrace_client.transcript import Update


class Millrace:
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
        http: httpx.Client | None = None,
    ) -> None:
        self._transport = Transport(api_key, base_url, retries, http)
        self.account = Account(self._transport)
        self.batches = Batches(self._transport)
        self.files = Files(self._transport)
        self.jobs = Jobs(self._transport)
        self.keys = Keys(self._transport)
        self.schedules = Schedules(self._transport)
        self.webhooks = Webhooks(self._transport)

    def inference(
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
        return inference.text_of((inference.answered(self.jobs, body, timeout))[1])

    def stream(
        self,
        prompt: Prompt,
        *,
        model: str,
        max_tokens: int | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Iterator[Update]:
        """The same as it grows: each update's `text` is all so far, right through broken connections and retries."""
        return inference.streamed(self.jobs, inference.chat(prompt, model, max_tokens, more), timeout)

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
