"""The platform that compares: this machine's, or the one that MILLRACE_URL names."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from millrace.machine import client
from millrace.machine.place import Unfit
from millrace.settings import settings

COMPARISONS = "/api/v1/comparisons"


@dataclass(frozen=True, slots=True)
class Platform:
    """Each call raises ApiError."""

    address: str
    key: str

    def start(self, wanted: dict[str, Any], once: str) -> dict[str, Any]:
        """`once`: its Idempotency-Key. Called again, it finds what it started."""
        return self._asked("POST", COMPARISONS, wanted, once)

    def look(self, id: str) -> dict[str, Any]:
        return self._asked("GET", f"{COMPARISONS}/{quote(id)}")

    def cancel(self, id: str) -> dict[str, Any]:
        return self._asked("POST", f"{COMPARISONS}/{quote(id)}/cancel")

    def picture(self, id: str) -> bytes:
        return client.ask(self.address, self.key, "GET", f"{COMPARISONS}/{quote(id)}/picture.svg")

    def history(self, model: str, limit: int) -> list[dict[str, Any]]:
        """Comparisons in which it took part, newest first."""
        query = urlencode({"model": model, "limit": limit})
        return list(self._asked("GET", f"{COMPARISONS}?{query}")["data"])

    def _asked(self, method: str, path: str, body: object = None, once: str = "") -> dict[str, Any]:
        return dict(json.loads(client.ask(self.address, self.key, method, path, body, once)))


def platform() -> Platform:
    """The admin's key is this machine's: it goes nowhere else. Raises Unfit without one."""
    own = settings()
    if own.millrace_url and not own.millrace_api_key:
        raise Unfit("MILLRACE_URL is set: set MILLRACE_API_KEY, too, to a key of that platform's")
    if own.millrace_api_key:
        return Platform(own.millrace_url or client.url(), own.millrace_api_key)
    try:
        return Platform(client.url(), own.admin_key_path.read_text().strip())
    except OSError:
        raise Unfit(f"{own.admin_key_path} is not there: start a platform (`millrace up`), or set MILLRACE_API_KEY")
