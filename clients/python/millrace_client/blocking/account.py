# Made by unasync.py: change aio/ and run it again.
"""Who asks, with which keys, and what it costs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from millrace_client.blocking.pages import every
from millrace_client.blocking.transport import Transport
from millrace_client.request import KEYS, Request, given, to
from millrace_client.shapes import Caller, Key, KeyList, ModelList, NewKey, Quota, Tokens, Usage


class Account:
    """`client.account`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def me(self) -> Caller:
        """Whose key this is, and what it may do."""
        return self._transport.ask(Request("GET", "/api/v1/auth/me"))

    def sign_in(self, email: str, password: str) -> Tokens:
        """An access token, which does as `api_key` for some minutes, and a refresh token."""
        body = {"email": email, "password": password}
        return self._transport.ask(Request("POST", "/api/v1/auth/login", body=body))

    def sign_out(self) -> None:
        """End the session of the access token that is used as key."""
        self._transport.ask(Request("POST", "/api/v1/auth/logout", safe=True))

    def models(self) -> ModelList:
        """The models that you may ask, what each can do and costs, and how it does now."""
        return self._transport.ask(Request("GET", "/api/v1/models"))

    def usage(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        grain: str = "day",
        group_by: str | None = None,
    ) -> Usage:
        """By `hour`, `day` or `month`, and by `model`, `api_key`, `endpoint` or `user`; of 30 days by default."""
        query = given(from_=_seconds(since), to=_seconds(until), grain=grain, group_by=group_by)
        return self._transport.ask(Request("GET", "/api/v1/usage", query=query))

    def quota(self) -> Quota:
        """Where you stand on every limit."""
        return self._transport.ask(Request("GET", "/api/v1/quota"))


class Keys:
    """`client.keys`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        name: str,
        *,
        scopes: Sequence[str] | None = None,
        models: Sequence[str] | None = None,
        expires_in_days: int | None = None,
        requests_per_hour: int | None = None,
        budget_usd: str | None = None,
    ) -> NewKey:
        """A key, for the only time with `api_key`. What is left out is as much as you may give."""
        body: dict[str, Any] = given(
            name=name, scopes=scopes, models=models, expires_in_days=expires_in_days,
            requests_per_hour=requests_per_hour, budget_usd=budget_usd,
        )  # fmt: skip
        return self._transport.ask(Request("POST", KEYS, body=body))

    def get(self, id: str) -> Key:
        """What it may do, and when it was last used."""
        return self._transport.ask(Request("GET", to(KEYS, id)))

    def list(self, *, after: str | None = None, limit: int = 20) -> KeyList:
        """A page, newest first. `after`: the `last_id` of the page before."""
        return self._transport.ask(Request("GET", KEYS, query=given(after=after, limit=limit)))

    def every(self) -> Iterator[Key]:
        """All of them, newest first, read as they are wanted."""
        return every(self._transport, KEYS, limit=100)

    def rotate(self, id: str, *, overlap_seconds: int = 86_400) -> NewKey:
        """A new key with the same properties; both work for so long."""
        body = {"overlap_seconds": overlap_seconds}
        return self._transport.ask(Request("POST", to(KEYS, id, "rotate"), body=body))

    def revoke(self, id: str) -> None:
        """For ever, within a second."""
        self._transport.ask(Request("DELETE", to(KEYS, id)))


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None
