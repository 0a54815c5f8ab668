"""Embedding a text at once, for what a worker looks up itself (the semantic cache): no job, no lane, no queue.

Whoever asks can do without: nobody there, an error, or no answer in time is None, and counts as a miss.
"""

import base64
import struct
import threading
from functools import lru_cache
from time import monotonic
from typing import Any

from millrace.engines.answers.documents import encoded, parsed
from millrace.engines.engine import Deadlines, Line
from millrace.engines.failures import Failure, TimedOut
from millrace.engines.http.transport import Origin, origin
from millrace.engines.local.engine import address_file

#: The model, and how many numbers its vectors have.
MODEL, DIMENSIONS = "minilm-l6-v2", 384

#: Characters; what is longer does not fit into its context, or hardly ever.
LONGEST = 10_000

#: Calls of one process at a time. llama.cpp works on one text after the other, and each open connection holds one of
#: its threads, of which the jobs of the model's lane want theirs.
AT_A_TIME = 4

_room = threading.BoundedSemaphore(AT_A_TIME)


def embed(texts: list[str], timeout: float) -> list[list[float]] | None:
    """A unit vector of 384 numbers for each text; None where that cannot be had in `timeout` seconds, all in all."""
    ends = monotonic() + timeout
    if any(not text or len(text) > LONGEST for text in texts) or not _room.acquire(timeout=timeout):
        return None
    try:
        # One by one: llama.cpp goes on with a call whose client has left, and then that is one text.
        return [_numbers(_asked(text, ends - monotonic())) for text in texts]
    except (Failure, OSError, ValueError, LookupError, TypeError, struct.error):
        return None
    finally:
        _room.release()


def _asked(text: str, seconds: float) -> dict[str, Any]:
    """Raises Failure, OSError where there is no process."""
    if seconds <= 0:
        raise TimedOut("No time is left.")
    server, key = _server(address_file(MODEL).read_text(encoding="ascii"))
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    # In base64, which takes a third of the bytes and of the time to read.
    body = encoded({"input": text, "encoding_format": "base64"})
    with server.request("POST", "/v1/embeddings", headers, body, Deadlines(*(seconds,) * 4), Line()) as reply:
        return parsed(reply.read()) if reply.status == 200 else {}


@lru_cache(maxsize=1)
def _server(address: str) -> tuple[Origin, str]:
    url, _, key = address.strip().partition("\n")
    return origin(url), key


def _numbers(body: dict[str, Any]) -> list[float]:
    """Raises LookupError, TypeError, ValueError, struct.error."""
    packed = base64.b64decode(body["data"][0]["embedding"], validate=True)
    return list(struct.unpack(f"<{DIMENSIONS}f", packed))
