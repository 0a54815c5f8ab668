"""Run one claimed job: engine, stream, settle. No database connection is held meanwhile."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg2
import structlog

from millrace.cache.semantic import SEMANTIC
from millrace.cache.wish import Wish
from millrace.catalog.catalog import Model
from millrace.dialects.responses.response import cut_short
from millrace.engines.answers.statuses import REJECTED
from millrace.engines.engine import Answer, Call, Delta, Usage
from millrace.engines.failures import Aborted, Broken, Failure, Refused, TimedOut
from millrace.engines.registry import engine_for
from millrace.errors import DatabaseUnavailable, UnknownModel, Unreadable
from millrace.jobs import bell, setback
from millrace.jobs.calling import calling, model_of
from millrace.jobs.claim import Claimed
from millrace.jobs.classes import Class
from millrace.jobs.guarded import guarded
from millrace.jobs.recall import Recall, texts
from millrace.jobs.reply import reply
from millrace.jobs.requeue import Requeue, requeue
from millrace.jobs.retry import Retry, decide
from millrace.jobs.settle import Settlement, settle
from millrace.jobs.submit import QUOTA
from millrace.ledger.estimate import input_tokens, text_tokens
from millrace.streams import channels
from millrace.streams.nudge import nudge
from millrace.streams.record import end_data
from millrace.streams.writer import Writer
from millrace.telemetry import logger
from millrace.vendor_keys import noting
from millrace.vendor_keys.brought import Brought

log = logger(__name__)

#: Seconds between two tries to write how a job ended, while the database is away.
PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Stop:
    """Why we cut the line: `cancel` (settle so), `hand_back` (requeue), `lost` (write nothing: another has it)."""

    reason: str


class Run:
    """One attempt of one job, from its claim to its settlement."""

    def __init__(
        self,
        job: Claimed,
        lane: str,
        gone: Callable[[], bool] = lambda: False,
        slowed: Callable[[float], bool] = lambda _begun: False,
        freed: Callable[["Run"], None] = lambda _run: None,
    ) -> None:
        self.job = job
        self.lane = lane
        self.writer = Writer(job.id, job.attempt, kept=job.stream)
        self.stopped: Stop | None = None
        self.begun = time.monotonic()
        self.finished = False
        #: How it ended: a terminal state, or why the job went back.
        self.outcome = "lost"
        #: True from the moment the engine is done: how it ended is being written.
        self.ending = False
        #: Whether the backend answered (None: it was not asked, or cut short); seconds to its first delta.
        self.went_well: bool | None = None
        self.first: float | None = None
        #: What the request wants of the caches, if it says so.
        self.wish: Wish | None = None
        self._recall: Recall | None = None
        #: The tenant's own key, with which the engine is asked.
        self._brought: Brought | None = None
        #: Which cache of ours answered, if one did.
        self.cache: str | None = None
        self._process_gone = gone
        self._slowed = slowed
        #: Called when the engine is done with it: another may have its slot while its end is written.
        self._freed = freed
        self._call: Call | None = None
        self._lock = threading.Lock()

    def stop(self, reason: str) -> None:
        """Cut the line to the backend, now; safe from any thread. The first reason counts, but `lost` always does."""
        with self._lock:
            if self.stopped is None or reason == "lost":
                self.stopped = Stop(reason)
            call = self._call
        if call is not None:
            call.line.cut()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    def __call__(self) -> None:
        with structlog.contextvars.bound_contextvars(job=self.job.id, attempt=self.job.attempt):
            try:
                self._conclude_safely(self._attempt())
            finally:
                self.finished = True

    def _conclude_safely(self, ended: Answer | Failure) -> None:
        """Whatever goes wrong, the slot comes free, and the job does not go round for ever."""
        try:
            self._conclude(ended)
        except Exception:
            log.exception("how the job ended could not be written")
            try:
                self._end("failed", Usage(), {"code": "internal_error", "message": "The answer could not be stored"})
            except Exception:
                log.exception("nor could its failure: it is handed back when the lease is next compared")

    def _attempt(self) -> Answer | Failure:
        try:
            model = model_of(self.job)
            call = self._prepare(model)
            return self._recalled(call) or self._converse(model, call)
        except Failure as failure:
            return failure
        except DatabaseUnavailable:
            return Aborted("The database is away, and with it the key of the request.")
        except UnknownModel as failure:
            return Refused(failure.message, code=failure.code)
        except Unreadable as failure:
            return Broken(failure.message, code=failure.code)
        except Exception as failure:
            log.exception("the engine raised what it should not")
            return Broken(f"The engine failed: {type(failure).__name__}", code="engine_error")

    def _prepare(self, model: Model) -> Call:
        made = calling(self.job, model)
        self.wish, self._brought, call = made.wish, made.brought, made.call
        with self._lock:
            self._call = call
            cut = self.stopped is not None
        if cut:
            call.line.cut()
        return call

    def _recalled(self, call: Call) -> Answer | None:
        """The answer that a question of the same meaning had, where one will do."""
        self._recall = Recall(self.job.tenant, self.job.model, self.wish, call)
        answer = self._recall.answer()
        if answer is not None:
            self.cache = SEMANTIC
            for choice, text in enumerate(texts(answer.body) if self.job.stream else ()):
                self.writer.delta(text, choice, cache=SEMANTIC)
        return answer

    def _converse(self, model: Model, call: Call) -> Answer:
        if self._brought is not None:
            noting.used(self._brought.id)
        for item in guarded(self.job.tenant, model, call, engine_for(model).run):
            if isinstance(item, Delta):
                self.first = self.first or self.seconds
                self.writer.delta(item.text, item.choice, item.extra)
                if self.writer.shut_out:
                    self.stop("lost")
            else:
                return item
        raise Broken("The engine ended without an answer")

    def _conclude(self, ended: Answer | Failure) -> None:
        self.ending = True
        self._freed(self)
        stopped = self.stopped.reason if self.stopped else None
        if stopped == "lost":
            log.info("left: another attempt has this job")
        elif isinstance(ended, Answer):
            self._went_well()
            self._succeed(ended)
        elif stopped == "cancel":
            self._end("cancelled", self._partial_usage(), error=None)
        elif stopped == "hand_back" or isinstance(ended, Aborted):
            self._back(Requeue(self.job.id, self.job.lease, "handed_back"))
        elif self._is_late(ended):
            late = {"code": "deadline_passed", "message": "The deadline passed"}
            self._end("expired", self._partial_usage(), late)
        else:
            self._fail(ended)

    def _went_well(self) -> None:
        """Unless it was not asked at all."""
        if self.cache is None:
            self.went_well = True
            setback.went_well(self.job.model)

    def _is_late(self, failure: Failure) -> bool:
        deadline = self.job.deadline
        return isinstance(failure, TimedOut) and deadline is not None and deadline <= datetime.now(UTC)

    def _fail(self, failure: Failure) -> None:
        verdict = decide(failure, self.job.failures, self.job.max_attempts)
        one = setback.Setback(self.job, self.lane, failure, self.begun, self._slowed, self._brought is not None)
        self.went_well = None if isinstance(failure, Refused) or one.is_theirs else False
        if self._brought is not None and failure.code == REJECTED:
            noting.rejected(self._brought.id)
        error = {"code": failure.code, "message": failure.message}
        if not (isinstance(verdict, Retry) and verdict.outage):
            self._persist(lambda: setback.of_break(one))
        if not isinstance(verdict, Retry):
            back = self._persist(lambda: setback.of_refusal(one))
            if back is None or not self._moves(back):
                self._end("failed", Usage(), error)
        elif verdict.outage:
            back = self._persist(lambda: setback.of_outage(one))
            if back is not None and not self._moves(back):
                self._back(setback.here(back))
        else:
            # Not the backend's words: they may quote the request. The job's owner reads them.
            log.info("attempt failed", code=failure.code)
            self._back(
                Requeue(self.job.id, self.job.lease, "failed", json.dumps(error), failures=1, delay=verdict.delay)
            )

    def _moves(self, back: Requeue) -> bool:
        """Back to its queue, or another model's; False where a quota of that one has no room for it."""
        try:
            self._back(back)
        except psycopg2.Error as failure:
            if failure.pgcode != QUOTA:
                raise
            return False
        return True

    def _succeed(self, answer: Answer) -> None:
        # The name under which the backend knows the model is nobody else's business.
        body = answer.body | {"model": self.job.model} if "model" in answer.body else answer.body
        self._end("succeeded", answer.usage, None, json.dumps(body, separators=(",", ":")), cut_short(answer.body))
        if self._recall is not None and self.cache is None and self.outcome == "succeeded":
            self._recall.keep(self.job.id)

    def _end(
        self, state: str, usage: Usage, error: dict[str, Any] | None, body: str | None = None, incomplete: bool = False
    ) -> None:
        settlement = Settlement(
            id=self.job.id,
            tenant=self.job.tenant,
            lease=self.job.lease,
            state=state,
            body=body,
            error=json.dumps(error) if error else None,
            text=self.writer.texts.dump() if self.writer.texts else None,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_tokens=usage.cached_tokens,
            estimated=usage.estimated,
            cache=self.cache,
            incomplete=incomplete,
            first_ms=None if self.first is None else round(1000 * self.first),
            ran_ms=round(1000 * self.seconds),
            own_key=self._brought is not None and self.cache is None,
        )
        settled = self._persist(lambda: settle(settlement))
        if settled is None:
            log.info("not settled: another attempt has this job")
            return
        self.outcome = state
        if self.job.of_class == Class.batch and not self.job.stream and not settled.reply_to:
            nudge(self.job.id)
            return
        tokens = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
        channel = channels.reply(settled.reply_to) if settled.reply_to else None
        message = json.dumps(reply(self.job, settlement, time.time() - self.seconds)) if channel else ""
        usage_data = tokens if any(tokens.values()) else None
        self.writer.close(state, end_data(state, settlement.error), usage_data, channel, message)

    def _back(self, back: Requeue) -> None:
        lane = self._persist(lambda: requeue(back))
        if lane is not None:
            self.outcome = back.outcome
            self.writer.close("reset", {"attempt": self.job.attempt, "reason": back.outcome})
            if back.model is not None:
                bell.ring(lane)
        elif self.stopped is None or self.stopped.reason != "lost":
            # The fence held it back: a cancel is wanted, or the lease is another's; settling finds out which.
            self._end("cancelled", self._partial_usage(), None)

    def _partial_usage(self) -> Usage:
        """What was used until it was cut short, estimated from the text that its owner saw; nothing without any."""
        if self._call is None or not self.writer.texts:
            return Usage()
        seen = sum(text_tokens(text) for text in json.loads(self.writer.texts.dump()))
        return Usage(input_tokens(self._call.body), seen, estimated=True)

    def _persist(self, write: Callable[[], Any]) -> Any:
        """Write how it ended, however long the database is away; give up when our process has lost its lease."""
        pause = threading.Event()
        while True:
            try:
                return write()
            except DatabaseUnavailable:
                if self._process_gone():
                    return None
                pause.wait(PATIENCE)
