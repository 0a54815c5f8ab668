"""Celery, seen from the domain: a queue a lane, tasks by name, nothing but names in a message.

A message is a doorbell and may be lost, doubled or late: what is to be done is in Postgres. So it expires, it is
acknowledged at once, and nobody keeps its result.
"""

import threading
import time
from functools import lru_cache
from typing import Any

from celery import Celery
from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError

from millrace.settings import settings
from millrace.telemetry import logger

#: What sending raises when the broker is away.
Gone = OperationalError

#: The task names; the domain sends by name, so that it need not import what it wakes.
DISPATCH = "tasks.dispatch"
SWEEP = "tasks.sweep"
LEDGER = "tasks.ledger"
FORGET = "tasks.forget"
DELIVER = "tasks.deliver"
BATCHES = "tasks.batches"
COMPARE = "tasks.compare"
FILES = "tasks.files"

#: The sweep has a queue and a pool of its own: a lane that is full must not delay it.
SWEEP_QUEUE = "sweep"

#: Webhooks are a lane of their own: what a slow receiver costs, no model's lane pays.
WEBHOOKS_QUEUE = "webhooks"

#: So are the steps of batches: reading a file of 50,000 lines takes a while.
BATCHES_QUEUE = "batches"

#: What a ring of a lane that is no model's wakes.
_TASKS = {WEBHOOKS_QUEUE: DELIVER, BATCHES_QUEUE: BATCHES}

#: Seconds after which an unread ring is worth nothing: the sweep has rung again by then.
RING_EXPIRES = 30


@lru_cache
def app() -> Celery:
    """The Celery application, configured for messages that may be lost."""
    made = Celery("millrace", broker=settings().broker, set_as_current=False)
    made.conf.update(
        task_ignore_result=True,
        task_acks_late=False,
        task_default_queue=SWEEP_QUEUE,
        task_create_missing_queues=True,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=True,
        task_send_sent_event=False,
        worker_enable_remote_control=True,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_pool_limit=10,
        broker_transport_options={
            "socket_timeout": 10,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 5,
            "max_retries": 0,
            "visibility_timeout": 3600,
        },
        timezone="UTC",
    )
    return made


def queue(lane: str) -> Queue:
    """The queue on which the dispatchers of a lane are woken.

    On the nameless exchange, which goes to the queue by its name: a binding would lie in Redis, and a flush would leave
    every later message without a way, silently.
    """
    return Queue(lane, Exchange(""), routing_key=lane)


#: Messages that a lane's queue may hold unread: each wakes one process, and the sweep sends more.
UNREAD = 5


def wake(lane: str) -> None:
    """Send one message to the lane's queue, unless it holds enough: then nobody consumes, and more would pile up.

    Raises Gone when the broker is away.
    """
    with app().connection_or_acquire() as connection:
        if _unread(connection, lane) < UNREAD:
            task, options = _TASKS.get(lane, DISPATCH), {"expires": RING_EXPIRES, "retry": False}
            app().send_task(task, [lane], queue=queue(lane), connection=connection, **options)


def _unread(connection: Connection, lane: str) -> int:
    try:
        return int(queue(lane)(connection.default_channel).queue_declare(passive=True).message_count)
    except connection.channel_errors:
        return 0


class TaskEvents:
    """Shows jobs to Flower as tasks, under the job's id: Celery's own events, sent in groups from a thread.

    It is a picture, not a record: at most MOST jobs a second are shown, and what Redis loses is lost.
    """

    #: Events kept for the next sending, which is once a second.
    MOST = 100

    def __init__(self, hostname: str) -> None:
        self._hostname = hostname
        self._kept: list[tuple[str, dict[str, Any]]] = []
        threading.Thread(target=self._send_for_ever, name="task-events", daemon=True).start()

    def started(self, job: str, name: str, kwargs: str) -> None:
        """A job was claimed: received and started at once."""
        self._keep("task-received", uuid=job, name=name, args="()", kwargs=kwargs, retries=0, eta=None, expires=None)
        self._keep("task-started", uuid=job)

    def ended(self, job: str, state: str, seconds: float) -> None:
        if state == "succeeded":
            self._keep("task-succeeded", uuid=job, result=state, runtime=seconds)
        elif state == "cancelled":
            self._keep("task-revoked", uuid=job, terminated=True, signum=None, expired=False)
        elif state in ("failed", "expired"):
            self._keep("task-failed", uuid=job, exception=state, traceback="")
        else:
            self._keep("task-retried", uuid=job, exception=state, traceback="")

    def _keep(self, type: str, **fields: Any) -> None:
        if len(self._kept) < self.MOST:
            self._kept.append((type, fields | {"timestamp": time.time(), "local_received": time.time()}))

    def _send_for_ever(self) -> None:
        pause = threading.Event()
        while not pause.wait(1.0):
            kept, self._kept = self._kept, []
            try:
                self._send(kept)
            except Exception as failure:  # noqa: BLE001 - nobody needs these enough to try again
                logger(__name__).debug("task events not sent", error=str(failure))

    def _send(self, kept: list[tuple[str, dict[str, Any]]]) -> None:
        if not kept:
            return
        with app().connection_for_write() as connection:
            dispatcher = app().events.Dispatcher(connection, hostname=self._hostname, buffer_group={"task"})
            for type, fields in kept:
                dispatcher.send(type, **fields)
            dispatcher.flush()
            dispatcher.close()
