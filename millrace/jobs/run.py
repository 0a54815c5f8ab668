"""Run one claimed job: engine, stream, settle. No database connection is held meanwhile."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from millrace import crypto
from millrace.catalog.catalog import Model, catalog
from millrace.crypto import fields
from millrace.engines.engine import Answer, Call, Deadlines, Delta, Usage
from millrace.engines.failures import Aborted, Broken, Failure, TimedOut
from millrace.engines.registry import engine_for
from millrace.errors import DatabaseUnavailable, UnknownModel, Unreadable
from millrace.jobs import outages
from millrace.jobs.asked import as_chat
from millrace.jobs.claim import Claimed
from millrace.jobs.reply import reply
from millrace.jobs.requeue import Requeue, requeue
from millrace.jobs.retry import Retry, decide
from millrace.jobs.settle import Settlement, settle
from millrace.ledger.estimate import input_tokens, text_tokens
from millrace.streams import channels
from millrace.streams.record import end_data
from millrace.streams.writer import Writer
from millrace.telemetry import logger

log = logger(__name__)

#: Seconds between two tries to write how a job ended, while the database is away.
PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Stop:
    """Why we cut the line: `cancel` (settle so), `hand_back` (requeue), `lost` (write nothing: another has it)."""

    reason: str


class Run:
    """One attempt of one job, from its claim to its settlement."""

    def __init__(self, job: Claimed, lane: str, gone: Callable[[], bool] = lambda: False) -> None:
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
        self._process_gone = gone
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
            model = catalog().model(self.job.model)
            return self._converse(model, self._prepare(model))
        except Failure as failure:
            return failure
        except DatabaseUnavailable:
            return Aborted("The database is away, and with it the key of the request.")
        except (UnknownModel, Unreadable) as failure:
            return Broken(failure.message, code=failure.code)
        except Exception as failure:
            log.exception("the engine raised what it should not")
            return Broken(f"The engine failed: {type(failure).__name__}", code="engine_error")

    def _prepare(self, model: Model) -> Call:
        endpoint, body = as_chat(
            self.job.endpoint, json.loads(crypto.unseal(self.job.body, fields.REQUEST.of(self.job.id)))
        )
        call = Call(
            endpoint=endpoint,
            body=body,
            model=model.upstream_name,
            stream=self.job.stream,
            deadlines=self._deadlines(model),
            attempt=self.job.failures + 1,
        )
        with self._lock:
            self._call = call
            cut = self.stopped is not None
        if cut:
            call.line.cut()
        return call

    def _deadlines(self, model: Model) -> Deadlines:
        given = Deadlines(**model.options.get("deadlines", {}))
        if self.job.deadline is None:
            return given
        left = (self.job.deadline - datetime.now(UTC)).total_seconds()
        return Deadlines(given.connect, given.first_byte, given.idle, max(0.001, min(given.total, left)))

    def _converse(self, model: Model, call: Call) -> Answer:
        for item in engine_for(model).run(call):
            if isinstance(item, Delta):
                self.writer.delta(item.text, item.choice, item.extra)
                if self.writer.shut_out:
                    self.stop("lost")
            else:
                return item
        raise Broken("The engine ended without an answer")

    def _conclude(self, ended: Answer | Failure) -> None:
        self.ending = True
        stopped = self.stopped.reason if self.stopped else None
        if stopped == "lost":
            log.info("left: another attempt has this job")
        elif isinstance(ended, Answer):
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

    def _is_late(self, failure: Failure) -> bool:
        deadline = self.job.deadline
        return isinstance(failure, TimedOut) and deadline is not None and deadline <= datetime.now(UTC)

    def _fail(self, failure: Failure) -> None:
        verdict = decide(failure, self.job.failures, self.job.max_attempts)
        error = {"code": failure.code, "message": failure.message}
        if not isinstance(verdict, Retry):
            self._end("failed", Usage(), error)
        elif verdict.outage:
            wish = getattr(failure, "retry_after", None)
            paused = self._persist(lambda: outages.pause(self.lane, self.job.model, _reason(failure), wish))
            if paused:
                log.warning("model paused", model=self.job.model, seconds=round(paused, 1), code=failure.code)
            self._back(Requeue(self.job.id, self.job.lease, "outage", json.dumps(error)))
        else:
            # Not the backend's words: they may quote the request. The job's owner reads them.
            log.info("attempt failed", code=failure.code)
            self._back(
                Requeue(self.job.id, self.job.lease, "failed", json.dumps(error), failures=1, delay=verdict.delay)
            )

    def _succeed(self, answer: Answer) -> None:
        # The name under which the backend knows the model is nobody else's business.
        body = answer.body | {"model": self.job.model} if "model" in answer.body else answer.body
        self._end("succeeded", answer.usage, None, json.dumps(body, separators=(",", ":")))

    def _end(self, state: str, usage: Usage, error: dict[str, Any] | None, body: str | None = None) -> None:
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
        )
        settled = self._persist(lambda: settle(settlement))
        if settled is None:
            log.info("not settled: another attempt has this job")
            return
        self.outcome = state
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


def _reason(failure: Failure) -> str:
    """Why a model is paused, without the backend's words: they may quote the request, and this is in clear."""
    return f"{failure.code}, status {failure.status}" if failure.status else failure.code
