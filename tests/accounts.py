"""Accounts as their owners use them: every token they were given, on each of their devices."""

import re
import uuid
from typing import Any

from tests.machine import wait_for
from tests.platform import Platform

PASSWORD = "mill race wheel"

ANONYMOUS = {"Authorization": ""}


class Account:
    """Somebody with an account, signed in on one device. `request` asks with their access token."""

    def __init__(self, platform: Platform, email: str, password: str = PASSWORD) -> None:
        self.platform, self.email, self.password = platform, email, password
        self.tokens: dict[str, Any] = {}
        self.user = self.tenant = ""

    @classmethod
    def register(cls, platform: Platform, **fields: Any) -> "Account":
        """Somebody new, with a tenant of their own."""
        made = cls(platform, fields.pop("email", address()))
        status, _, answer = post(platform, "register", made.credentials | fields)
        assert status == 201, answer
        made.user, made.tenant = answer["user"]["id"], answer["tenant"]["id"]
        made.tokens = answer
        return made

    @property
    def credentials(self) -> dict[str, str]:
        return {"email": self.email, "password": self.password}

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def request(self, method: str, path: str, body: Any = None, process: str = "api") -> tuple[int, Any]:
        status, _, answer = self.platform.request(method, path, body, self.headers, process)
        return status, answer

    def sign_in(self, **fields: str) -> "Account":
        """The same account on another device."""
        other = Account(self.platform, self.email, self.password)
        other.user, other.tenant = self.user, self.tenant
        status, _, other.tokens = post(self.platform, "login", self.credentials | fields)
        assert status == 200, other.tokens
        return other

    def refresh(self, process: str = "api", **fields: str) -> tuple[int, Any]:
        """Refresh, and keep what comes of it."""
        body = {"refresh_token": self.tokens["refresh_token"]} | fields
        status, _, answer = post(self.platform, "refresh", body, process)
        if status == 200:
            self.tokens = answer
        return status, answer

    def may(self, process: str = "api") -> int:
        """The status that the access token gets."""
        return self.request("GET", "/api/v1/auth/me", process=process)[0]


def address() -> str:
    return f"{uuid.uuid4().hex[:12]}@mill.example"


def post(platform: Platform, action: str, body: Any, process: str = "api") -> tuple[int, dict[str, str], Any]:
    """Nobody in particular asks `/api/v1/auth/ACTION`."""
    return platform.request("POST", f"/api/v1/auth/{action}", body, ANONYMOUS, process)


def mails(platform: Platform, to: str) -> list[str]:
    """What mail.log holds for an address, oldest first."""
    path = platform.home / "mail.log"
    found = path.read_text().split("\n---\n\n") if path.exists() else []
    return [mail for mail in found if f"\nTo: {to}\n" in mail]


def mailed(platform: Platform, to: str, count: int = 1) -> str:
    """The newest mail to an address, once so many have come."""
    wait_for(lambda: len(mails(platform, to)) >= count, 15, f"mail to {to}")
    return mails(platform, to)[-1]


def token_in(mail: str) -> str:
    found = re.search(r"#token=(\S+)", mail)
    assert found, mail
    return found[1]
