"""One subscription connection a process, shared by all who watch a channel.

Redis forgets subscribers and messages when it goes: after every reconnect each watcher gets LOOK_AGAIN, and reads the
truth (or the replay window) once more.
"""

import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import redis

from millrace import redis as millrace_redis
from millrace.grouping import Grouped
from millrace.telemetry import logger

log = logger(__name__)

#: A message to the watchers: something may have been missed.
LOOK_AGAIN = b"look again"

#: Messages a watcher may leave unread; then it is told to look again instead.
BACKLOG = 2000


class Watch:
    """What one watcher has heard of its channel. Close it when done; it is a context manager."""

    def __init__(self, hub: "Hub", channel: str, hear: Callable[[bytes], None] | None) -> None:
        self._hub = hub
        self._hear = hear
        self.channel = channel
        self._heard: queue.Queue[bytes] = queue.Queue()
        #: Set once Redis has confirmed the subscription: what is read back after that has no gap.
        self.confirmed = threading.Event()

    def get(self, timeout: float | None) -> bytes | None:
        """The next message, LOOK_AGAIN, or None after `timeout` seconds of silence."""
        try:
            return self._heard.get(timeout=timeout)
        except queue.Empty:
            return None

    def put(self, message: bytes) -> None:
        """Called by the hub."""
        if self._hear is not None:
            self._hear(message)
        elif self._heard.qsize() < BACKLOG:
            self._heard.put(message)
        elif self._heard.qsize() == BACKLOG:
            self._heard.put(LOOK_AGAIN)

    def subscribed(self, timeout: float) -> bool:
        """Wait for the confirmation. Once it is there nothing was missed before it, so its own LOOK_AGAIN is taken."""
        if not self.confirmed.wait(timeout):
            return False
        while not self._heard.empty() and self._heard.queue[0] == LOOK_AGAIN:
            self._heard.get_nowait()
        return True

    def close(self) -> None:
        self._hub.forget(self)

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Hub:
    """Subscribes to what is watched in this process, and to nothing else."""

    def __init__(self) -> None:
        self._watches: dict[str, set[Watch]] = defaultdict(set)
        self._lock = threading.RLock()
        self._pubsub: redis.client.PubSub | None = None
        self._thread: threading.Thread | None = None
        self._some = threading.Event()
        self._subscribe, self._unsubscribe = Grouped(self._subscribe_all), Grouped(self._unsubscribe_all)

    def watch(self, channel: str, hear: Callable[[bytes], None] | None = None) -> Watch:
        """Start watching; returns at once, whether Redis is there or not.

        With `hear`, messages go to it, in the hub's own thread: it must not wait for anything.
        """
        watch = Watch(self, channel, hear)
        with self._lock:
            first = not self._watches[channel]
            self._watches[channel].add(watch)
            if not first and any(other.confirmed.is_set() for other in self._watches[channel]):
                watch.confirmed.set()
            self._start()
        self._some.set()
        if first:
            self._subscribe(channel)
        return watch

    def forget(self, watch: Watch) -> None:
        with self._lock:
            watches = self._watches.get(watch.channel, set())
            watches.discard(watch)
            if not watches:
                self._watches.pop(watch.channel, None)
        if not watches:
            self._unsubscribe(watch.channel)

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._listen, name="pubsub", daemon=True)
            self._thread.start()

    def _subscribe_all(self, channels: Sequence[str]) -> list[None]:
        with self._lock:
            self._send("subscribe", [channel for channel in channels if channel in self._watches])
        return [None] * len(channels)

    def _unsubscribe_all(self, channels: Sequence[str]) -> list[None]:
        with self._lock:
            self._send("unsubscribe", [channel for channel in channels if channel not in self._watches])
        return [None] * len(channels)

    def _send(self, command: str, channels: Sequence[str]) -> None:
        """Without a connection nothing is sent: `_connect` subscribes to all that is watched."""
        if self._pubsub is None or not channels:
            return
        try:
            getattr(self._pubsub, command)(*channels)
        except millrace_redis.Gone:
            self._pubsub = None

    def _listen(self) -> None:
        pause = threading.Event()
        while True:
            if not self._watches:
                self._some.clear()
                self._some.wait(timeout=30.0)
                continue
            try:
                self._hear(self._connect())
            except millrace_redis.Gone:
                self._lost()
                pause.wait(0.5)
            except Exception:
                # A hub that dies silently would leave every reader to its time-out.
                log.exception("pubsub failed; it reconnects")
                self._lost()
                pause.wait(0.5)

    def _connect(self) -> "redis.client.PubSub":
        pubsub = millrace_redis.client().pubsub()
        with self._lock:
            channels = list(self._watches)
            if channels:
                pubsub.subscribe(*channels)
            self._pubsub = pubsub
        return pubsub

    def _hear(self, pubsub: "redis.client.PubSub") -> None:
        while self._pubsub is pubsub:
            message = pubsub.get_message(timeout=5.0)
            if message is not None:
                self._dispatch(message)
            elif not self._watches:
                self._lost()
                return
            else:
                pubsub.ping()

    def _dispatch(self, message: dict[str, Any]) -> None:
        if message["type"] not in ("subscribe", "message"):
            return
        with self._lock:
            watches = list(self._watches.get(message["channel"].decode(), ()))
        for watch in watches:
            if message["type"] == "subscribe":
                watch.put(LOOK_AGAIN)
                watch.confirmed.set()
            else:
                watch.put(message["data"])

    def _lost(self) -> None:
        with self._lock:
            pubsub, self._pubsub = self._pubsub, None
            for watch in [w for watches in self._watches.values() for w in watches]:
                watch.confirmed.clear()
        if pubsub is not None:
            pubsub.close()


hub = Hub()
