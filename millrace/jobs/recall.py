"""Before a worker asks a model: whether a question of the same meaning was answered (millrace/cache/semantic.py)."""

import json
from typing import Any

from millrace.cache import semantic
from millrace.cache.semantic import Question
from millrace.cache.wish import Wish
from millrace.engines.engine import Answer, Call, Usage


class Recall:
    """Of one job. What was redacted, or is not to be cached, has none."""

    def __init__(self, tenant: str, model: str, wish: Wish | None, call: Call) -> None:
        self._wish = wish
        self._question: Question | None = None
        if semantic.wanted(tenant, wish):
            self._question = semantic.question(tenant, model, call.endpoint, call.body)

    def answer(self) -> Answer | None:
        """The answer that was given then, with what it used then."""
        if self._question is None or self._wish is Wish.refresh:
            return None
        found = semantic.find(self._question)
        return Answer(json.loads(found.body), Usage(found.input_tokens, found.output_tokens)) if found else None

    def keep(self, job: str) -> None:
        """The model was asked, and this job has its answer."""
        if self._question is not None:
            semantic.keep(self._question, job)


def texts(body: dict[str, Any]) -> list[str]:
    """The text of each choice of an answer."""
    choices = body.get("choices") or []
    return [(choice.get("message") or {}).get("content") or choice.get("text") or "" for choice in choices]
