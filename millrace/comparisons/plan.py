"""The jobs that a comparison makes: ordinary ones, in its caller's name.

They wait in the class `batch`, so that they disturb nobody, and are streamed, so that the worker times the first token.
No cache answers, no other model stands in, and a failure is a failure: each has one attempt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from millrace import ids
from millrace.cache.wish import FIELD, Wish
from millrace.catalog.catalog import Model
from millrace.comparisons.prompt import Prompt
from millrace.comparisons.wanted import Wanted
from millrace.identity.caller import Caller
from millrace.jobs.classes import Class
from millrace.jobs.submit import Submission, item_of, row_of

CHAT = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Call:
    """One job to be. Its deadline is also its place where calls share a lane: the earliest goes first."""

    id: str
    model: Model
    prompt: Prompt
    round: int
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """Who compares what; `id` is the comparison's."""

    id: str
    caller: Caller
    address: str | None
    wanted: Wanted

    def calls(self, models: Sequence[Model], begun: datetime) -> Iterator[Call]:
        """Model after model, so that one which must be loaded is loaded once; a microsecond apart."""
        due = begun + timedelta(seconds=self.wanted.within)
        for model in models:
            for round in range(1, self.wanted.rounds + 1):
                for prompt in self.wanted.prompts:
                    due += timedelta(microseconds=1)
                    yield Call(ids.new(), model, prompt, round, due)

    def submission(self, call: Call) -> Submission:
        """As a job of its caller's."""
        return Submission(
            tenant=self.caller.tenant,
            model=call.model,
            endpoint=CHAT,
            body=self._body(call),
            of_class=Class.batch,
            deadline=call.deadline,
            max_attempts=1,
            metadata={"comparison": ids.show("cmp", self.id), "prompt": call.prompt.id, "round": str(call.round)},
            api_key=self.caller.key,
            user=self.caller.user,
            address=self.address,
        )

    def _body(self, call: Call) -> dict[str, Any]:
        body = {"model": call.model.name, "messages": call.prompt.messages(), "stream": True, FIELD: Wish.off.value}
        body |= {"max_tokens": self.wanted.max_tokens}
        return body if self.wanted.temperature is None else body | {"temperature": self.wanted.temperature}

    def item(self, call: Call) -> dict[str, Any]:
        """The job, as submit_jobs takes it."""
        return item_of(row_of(self.submission(call), call.id))

    def row(self, call: Call) -> dict[str, Any]:
        """What the comparison knows of it."""
        prompt = call.prompt
        whose = {"comparison": self.id, "job": call.id, "tenant": self.caller.tenant, "model": call.model.name}
        return whose | {"prompt": prompt.id, "category": prompt.category, "weight": prompt.weight}
