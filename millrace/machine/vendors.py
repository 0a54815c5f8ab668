"""Models behind the servers that the vendors' own variables name, as the vendors' own tools read them.

`OPENAI_API_KEY`, `OPENAI_BASE_URL`; `ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL`. Where none is set nobody is asked; a
server that does not answer in time adds nothing, and what an earlier start has added stays.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from millrace.engines.addresses import ANTHROPIC, OPENAI
from millrace.engines.engine import Deadlines, Line
from millrace.engines.failures import Failure
from millrace.engines.http.transport import origin
from millrace.engines.keys import fit
from millrace.machine.discover import Found, Lane
from millrace.settings import settings

#: For a server to list its models: the start waits for it.
PATIENCE = Deadlines(connect=2.0, first_byte=2.0, idle=2.0, total=2.0)

#: What OpenAI lists beside the models that chat or embed; dated names are the same models once more.
OTHER_KINDS = re.compile(
    r"audio|realtime|transcribe|tts|whisper|image|dall-e|sora|moderation|search|instruct|davinci|babbage|-\d{4}-\d\d-\d\d$"
)

#: Tokens of context where the list does not say: what each of the vendor's present models has at least.
OPENAI_CONTEXT, ANTHROPIC_CONTEXT, EMBEDDINGS_CONTEXT = 128_000, 200_000, 8192

#: The version of Anthropic's API in which its list is asked for.
ANTHROPIC_VERSION = "2023-06-01"

#: Requests at a time; what a vendor takes is for its limits to say.
SLOTS = 64


def models() -> list[Found]:
    """What the named servers have, all asked at once."""
    with ThreadPoolExecutor(2) as pool:
        return [found for answer in pool.map(_quietly, (_openai, _anthropic)) for found in answer]


def _quietly(ask: Callable[[], Iterator[Found]]) -> list[Found]:
    try:
        return list(ask())
    except (Failure, OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _openai() -> Iterator[Found]:
    """A server of one's own is asked with or without a key, OpenAI itself only with one."""
    given, key = settings().openai_base_url.strip().rstrip("/"), settings().openai_api_key.strip()
    if not given and not key:
        return
    url = given or OPENAI
    theirs = url == OPENAI
    lane = Lane("remote.openai" if theirs else "remote.compatible", "remote", SLOTS)
    fields = {"engine": "openai"} if theirs else _compatible(url, key)
    for model in _listed(f"{url}/models", {"Authorization": f"Bearer {fit(key)}"} if key else {}):
        name = str(model["id"])
        if not theirs or not OTHER_KINDS.search(name):
            yield Found(name, lane, fields | _abilities(name, model, theirs), f"{url} lists it")


def _compatible(url: str, key: str) -> dict[str, Any]:
    """The key itself is never written. The engine `openai` finds it among the settings, where it is in no variable."""
    if key and not os.environ.get("OPENAI_API_KEY", "").strip():
        return {"engine": "openai", "url": url}
    return {"engine": "compatible", "url": url} | ({"key_env": "OPENAI_API_KEY"} if key else {})


def _anthropic() -> Iterator[Found]:
    url, key = settings().anthropic_base_url.strip().rstrip("/"), settings().anthropic_api_key.strip()
    if not key:
        return
    url = url.removesuffix("/v1") or ANTHROPIC
    lane = Lane("remote.anthropic", "remote", SLOTS)
    fields = {"engine": "anthropic", "capabilities": ["chat", "tools", "vision", "json"], "context": ANTHROPIC_CONTEXT}
    headers = {"x-api-key": fit(key), "anthropic-version": ANTHROPIC_VERSION}
    for model in _listed(f"{url}/v1/models?limit=1000", headers):
        yield Found(str(model["id"]), lane, fields, f"{url} lists it")


def _listed(url: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    """`data` of `{"data": [{"id": ...}]}`, which is the list of both vendors. Raises what _quietly takes."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    server = origin(f"{parts.scheme}://{parts.netloc}")
    # It follows no redirect, which would carry the key to another host.
    with server.request("GET", path, headers, b"", PATIENCE, Line()) as reply:
        found = json.loads(reply.read())["data"] if reply.status == 200 else []
        return sorted(found, key=lambda model: str(model["id"]))


def _abilities(name: str, model: dict[str, Any], theirs: bool) -> dict[str, Any]:
    """What the name tells, and the context that vLLM says."""
    if "embed" in name.lower():
        return {"capabilities": ["embeddings"], "context": EMBEDDINGS_CONTEXT}
    said = model.get("max_model_len")
    context = said if type(said) is int and said > 0 else OPENAI_CONTEXT if theirs else None
    # What is left out would be refused here; what a backend cannot after all, it says itself.
    capabilities = ["chat", "completions", "tools", "vision", "json"]
    return {"capabilities": capabilities} | ({"context": context} if context else {})
