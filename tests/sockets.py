"""A client of Socket.IO."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import socketio

from tests.machine import wait_for
from tests.platform import Platform


class Client:
    """Keeps what it hears, as (seq, type, data) by job or batch."""

    def __init__(self, platform: Platform, key: str | None = None, process: str = "api") -> None:
        self.heard: dict[str, list[Any]] = {}
        self.lagged: list[dict[str, Any]] = []
        self._io = socketio.Client(reconnection=False)
        self._io.on("event", self._event)
        self._io.on("lagged", self.lagged.append)
        url = f"http://127.0.0.1:{platform.ports[process]}"
        self._io.connect(url, auth={"token": platform.key if key is None else key}, transports=["websocket"])

    def _event(self, given: dict[str, Any]) -> None:
        subject = given.get("job") or given["batch"]
        assert set(given) == ({"job", "seq", "type", "data"} if "job" in given else {"batch", "type", "data"})
        self.heard.setdefault(subject, []).append((given.get("seq"), given["type"], given["data"]))

    def call(self, name: str, **given: Any) -> Any:
        return self._io.call(name, given, timeout=20)

    def of(self, subject: str) -> list[Any]:
        return self.heard.get(subject, [])

    def hears(self, subject: str, type: str, seconds: float = 30) -> None:
        wait_for(lambda: any(event[1] == type for event in self.of(subject)), seconds, f"{type} of {subject}")

    def close(self) -> None:
        self._io.disconnect()


@contextmanager
def connected(platform: Platform, **options: Any) -> Iterator[Client]:
    client = Client(platform, **options)
    try:
        yield client
    finally:
        client.close()
