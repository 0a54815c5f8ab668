"""What of a policy holds for the answer to one request."""

from dataclasses import dataclass
from typing import Any

from millrace.guard.answers import wish
from millrace.guard.answers.policy import AnswerPolicy, Loops, Stock
from millrace.guard.repetition import Loop, asked_for

CHAT, EMBEDDINGS = "/v1/chat/completions", "/v1/embeddings"


@dataclass(frozen=True)
class Manner:
    """`cuts` loops, `trims` stock phrases; the answer's text is to be `in_json`."""

    cuts: bool
    trims: bool
    in_json: bool
    body: dict[str, Any]

    @property
    def lets_all_pass(self) -> bool:
        return not (self.cuts or self.trims)

    def spares(self, loop: Loop) -> bool:
        """Whether a loop may go on: it was asked for, or is JSON, in which a thousand zeros are an answer, and only
        white space is none."""
        return (self.in_json and not loop.blank) or asked_for(self.body)


def manner_of(policy: AnswerPolicy, endpoint: str, body: dict[str, Any]) -> Manner:
    """`body`: the request in OpenAI's shape; its wish, if it has one, is taken out of it.

    Whoever wants log probabilities has the text that they are of.
    """
    found = wish.taken(body, policy)
    able = endpoint != EMBEDDINGS and not body.get("logprobs")
    in_json = _wants_json(body.get("response_format"))
    whole = endpoint == CHAT and not in_json and not body.get("tools") and not _goes_on(body.get("messages"))
    cuts, trims = found.loops is Loops.CUT, found.stock is Stock.TRIM
    return Manner(able and cuts, able and trims and whole, in_json, body)


def _wants_json(wanted: Any) -> bool:
    return isinstance(wanted, dict) and wanted.get("type") != "text"


def _goes_on(messages: Any) -> bool:
    """Whether the answer goes on with what the assistant began: its beginning is none."""
    last = messages[-1] if isinstance(messages, list) and messages else None
    return isinstance(last, dict) and last.get("role") == "assistant"
