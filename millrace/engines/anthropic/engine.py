"""Anthropic: POST /v1/messages over our transport, from OpenAI's bodies and back (millrace/dialects/anthropic)."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from millrace.dialects.anthropic.asking import Habits, chat_of_prompt, request_of
from millrace.engines import keys
from millrace.engines.addresses import ANTHROPIC
from millrace.engines.answers.documents import encoded, parsed
from millrace.engines.answers.statuses import failure_of
from millrace.engines.anthropic.reading import streamed, whole
from millrace.engines.engine import Answer, Call, Deadlines, Delta, Line
from millrace.engines.failures import Failure, Refused, Unavailable
from millrace.engines.http.reply import Reply
from millrace.engines.http.transport import origin
from millrace.errors import InvalidField

KEY_ENV = "ANTHROPIC_API_KEY"

#: The version that the API is asked in. The one before still takes temperature, top_p and top_k.
VERSION, SAMPLED = "2026-10-21", "2023-06-01"

CHAT, COMPLETIONS, EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"

#: Tokens from which an answer is streamed to us in any case, by the rule of Anthropic's SDK: 128,000 take an hour, and
#: a connection that is silent for more than ten minutes may be cut on the way.
LONG = 128_000 // 6

#: For GET /v1/models, a page of it, and how many pages there may be.
LISTING = Deadlines(connect=3.0, first_byte=10.0, idle=5.0, total=15.0)
PAGE, PAGES = 1_000, 20

#: The name of a beta feature, in the `anthropic-beta` header.
BETA = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


class Anthropic:
    """`key_env` names the variable that holds the key; else it is `key`.

    `options` of the model: `thinking` ("adaptive", "budget", "none"), `version` (of the API), `betas` (a list).
    """

    def __init__(
        self,
        url: str = "",
        *,
        key_env: str = "",
        key: str = "",
        max_output: int | None = None,
        options: dict[str, Any] | None = None,
    ) -> None:
        parts, options = urlsplit(url or ANTHROPIC), options or {}
        self._origin = origin(f"{parts.scheme}://{parts.netloc}")
        self._base = parts.path.rstrip("/").removesuffix("/v1")
        self._key_env = key_env or KEY_ENV
        self._key = key
        self._version = str(options.get("version") or VERSION)
        self._betas = list(options.get("betas") or ())
        thinking = str(options.get("thinking") or "adaptive")
        self._habits = Habits(max_output, thinking, sampling=self._version == SAMPLED)

    def run(self, call: Call) -> Iterator[Delta | Answer]:
        """See Engine. Raises each kind of Failure."""
        request = self._request(call)
        stream = call.stream or request["max_tokens"] > LONG
        payload = encoded(request | ({"stream": True} if stream else {}))
        headers = self._headers(call.key, self._betas_of(call.body))
        with self._origin.request(
            "POST", f"{self._base}/v1/messages", headers, payload, call.deadlines, call.line
        ) as reply:
            if reply.status != 200:
                raise keys.blamed(failure_of(reply.status, reply.headers, reply.read()), call)
            if stream and "json" not in reply.headers.get("content-type", ""):
                yield from streamed(reply, call, len(payload))
            else:
                yield whole(reply.read(), call, len(payload))

    def models(self) -> list[str]:
        """What GET /v1/models lists."""
        found: list[str] = []
        after = ""
        try:
            for _ in range(PAGES):
                page = self._page(after)
                found += [str(model["id"]) for model in page["data"]]
                if not page.get("has_more") or not page["data"]:
                    break
                after = found[-1]
        except Unavailable:
            raise
        except Failure as failure:
            raise Unavailable(failure.message, status=failure.status) from failure
        except (KeyError, TypeError) as failure:
            raise Unavailable("The backend's list of models cannot be read.") from failure
        return found

    def _page(self, after: str) -> dict[str, Any]:
        path = f"{self._base}/v1/models?limit={PAGE}" + (f"&after_id={quote(after, safe='')}" if after else "")
        with self._get(path) as reply:
            if reply.status != 200:
                raise failure_of(reply.status, reply.headers, reply.read())
            return parsed(reply.read())

    def _get(self, path: str) -> Reply:
        return self._origin.request("GET", path, self._headers(None, ()), b"", LISTING, Line())

    def _request(self, call: Call) -> dict[str, Any]:
        if call.endpoint == EMBEDDINGS:
            raise Refused(
                "Anthropic has no embeddings: ask a model that has the capability, such as one of a local server."
            )
        if call.endpoint not in (CHAT, COMPLETIONS):
            raise Refused(f"This backend has no {call.endpoint}.")
        try:
            body = call.body if call.endpoint == CHAT else chat_of_prompt(call.body)
            return request_of(body, call.model, self._habits)
        except InvalidField as wrong:
            raise Refused(wrong.message) from wrong
        except RecursionError as cause:
            raise Refused("The body is nested too deep.") from cause

    def _betas_of(self, body: dict[str, Any]) -> list[str]:
        native = body.get("anthropic")
        asked = native.get("betas") if isinstance(native, dict) else None
        return [*self._betas, *(asked if isinstance(asked, list) else [])]

    def _headers(self, key: str | None, betas: Any) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "millrace",
            "anthropic-version": self._version,
            "x-api-key": keys.fit(key) if key else keys.platforms(self._key_env, self._key),
        }
        named = [name for name in betas if isinstance(name, str) and BETA.fullmatch(name)]
        return headers | ({"anthropic-beta": ",".join(named)} if named else {})
