"""Answers to questions of the same meaning: pgvector proposes the nearest, `agreement` disposes. For workers.

Only chats of one turn, of text, without tools; all else of the request, system prompt included, must be equal. Every
loss is a miss: no embedding in time, no pgvector, no database.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from millrace import crypto, db
from millrace.cache import preference
from millrace.cache.agreement import agree
from millrace.cache.entry import Entry
from millrace.cache.keys import frame_of
from millrace.cache.wish import Wish
from millrace.crypto import fields
from millrace.engines.local.embed import embed
from millrace.errors import DatabaseUnavailable, Unreadable
from millrace.settings import settings
from millrace.telemetry import logger

log = logger(__name__)

CHAT = "/v1/chat/completions"

#: What its answers are called in the ledger, and in the header.
SEMANTIC = "semantic"

#: Characters of a question; what is longer the embedding model does not read to its end.
LONGEST = 2000

#: Seconds that an embedding may take, and how many of the nearest are looked at.
PATIENCE, NEAREST = 0.5, 8

#: Rows of other frames are passed over until enough are found (pgvector's documentation: iterative index scans).
_FIND = """
SET LOCAL hnsw.iterative_scan = strict_order;
SELECT n.job, n.question, r.body, n.model, r.input_tokens, r.output_tokens, extract(epoch FROM n.asked_at)::float8,
    extract(epoch FROM n.made_at)::float8
FROM (
    SELECT m.*, m.embedding <=> %(vector)s::vector AS distance FROM cache_meanings m
    WHERE m.tenant = %(tenant)s AND m.model = %(model)s AND m.frame = %(frame)s
    AND m.made_at > clock_timestamp() - make_interval(secs => %(seconds)s)
    ORDER BY m.embedding <=> %(vector)s::vector LIMIT %(nearest)s
) n
JOIN job_results r ON r.job = n.job
WHERE n.distance <= 1 - %(threshold)s AND r.body IS NOT NULL
ORDER BY n.distance, n.made_at DESC
"""

_KEEP = """
INSERT INTO cache_meanings (job, tenant, model, frame, question, embedding, asked_at)
SELECT j.id, j.tenant, %(model)s, %(frame)s, %(question)s, %(vector)s, j.created_at FROM jobs j
WHERE j.id = %(job)s AND j.state = 'succeeded' AND NOT EXISTS (
    SELECT 1 FROM cache_purges p
    WHERE p.tenant = j.tenant AND p.model IN ('', %(model)s) AND p.at >= j.created_at
)
ON CONFLICT DO NOTHING
"""

_VECTORS = """
SELECT 1 FROM pg_attribute WHERE attrelid = 'cache_meanings'::regclass AND attname = 'embedding'
AND atttypid::regtype::text = 'vector'
"""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and where its vector lies; `frame` stands for all else of the request."""

    tenant: str
    model: str
    frame: str
    text: str
    vector: Sequence[float]

    def _parameters(self) -> dict[str, Any]:
        vector = json.dumps([round(number, 7) for number in self.vector])
        return {"tenant": self.tenant, "model": self.model, "frame": self.frame, "vector": vector}


def wanted(tenant: str, wish: Wish | None) -> bool:
    """Whether a request's answer goes by its meaning: it says so, or its tenant does where it says nothing."""
    if settings().cache_seconds <= 0 or wish in (Wish.off, Wish.on):
        return False
    return wish is Wish.semantic or preference.known(tenant).semantic


def question(tenant: str, model: str, endpoint: str, body: dict[str, Any]) -> Question | None:
    """None for what has no single meaning to go by, and where no vector is to be had in time."""
    text = _text(body) if endpoint == CHAT and not (body.get("tools") or body.get("functions")) else ""
    if not 0 < len(text) <= LONGEST or body.get("store") is False or not _available():
        return None
    found = embed([text], PATIENCE)
    return Question(tenant, model, frame_of(tenant, model, body), text, found[0]) if found else None


def _text(body: dict[str, Any]) -> str:
    """The one question of a chat; nothing where there were turns before, or pictures."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not all(isinstance(each, dict) for each in messages):
        return ""
    *before, last = messages
    if last.get("role") != "user" or any(each.get("role") not in ("system", "developer") for each in before):
        return ""
    content = last.get("content")
    if isinstance(content, list) and len(content) == 1 and isinstance(content[0], dict):
        content = content[0].get("text") if content[0].get("type") == "text" else None
    return content.strip() if isinstance(content, str) else ""


def find(asked: Question) -> Entry | None:
    """The answer to the nearest question that says the same."""
    theirs = preference.known(asked.tenant)
    limits = {
        "threshold": theirs.threshold or settings().semantic_threshold,
        "seconds": min(theirs.seconds or settings().cache_seconds, settings().cache_seconds),
        "nearest": NEAREST,
    }
    try:
        for job, sealed, body, *rest in db.call(_FIND, asked._parameters() | limits):
            if agree(asked.text, crypto.unseal(sealed, fields.QUESTION.of(job))):
                return Entry(asked.tenant, rest[0], crypto.unseal(body, fields.ANSWER.of(job)), *rest[1:])
    except (DatabaseUnavailable, Unreadable):
        return None
    return None


def keep(asked: Question, job: str) -> None:
    """The job that asked this has been answered."""
    try:
        sealed = crypto.seal(asked.text, fields.QUESTION.of(job))
        db.call(_KEEP, asked._parameters() | {"job": job, "question": sealed})
    except (DatabaseUnavailable, Unreadable):
        log.info("an answer is not kept by its meaning: the database is away")


def _available() -> bool:
    try:
        return _has_vectors()
    except DatabaseUnavailable:
        return False


@lru_cache
def _has_vectors() -> bool:
    found = bool(db.call(_VECTORS))
    if not found:
        log.warning("the semantic cache is off: this Postgres has no pgvector (docs/caches.md)")
    return found
