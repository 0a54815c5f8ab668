"""People who use a platform in a test: each registers, signs in, and asks in their own name."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from tests.machine import wait_for
from tests.platform import Platform

PASSWORD = "a long enough sentence"


@dataclass
class Person:
    """Somebody with an account; `tenant` is the one that their session speaks for."""

    platform: Platform
    id: str
    email: str
    tenant: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ask(self, method: str, path: str, body: Any = None, process: str = "api") -> tuple[int, Any]:
        """Status and body."""
        status, _, answer = self.platform.request(method, path, body, self.headers, process)
        return status, answer

    def get(self, path: str) -> Any:
        status, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer

    def key(self, **fields: Any) -> tuple[str, dict[str, str]]:
        """A new API key of theirs: its id, and the headers to ask with."""
        status, made = self.ask("POST", "/api/v1/keys", {"name": "a key"} | fields)
        assert status == 201, made
        return made["id"], {"Authorization": f"Bearer {made['api_key']}"}

    def speak_for(self, tenant: str) -> "Person":
        """Another session of theirs, for another tenant of theirs."""
        wanted = {"email": self.email, "password": PASSWORD, "tenant_id": tenant}
        status, _, answer = self.platform.request("POST", "/api/v1/auth/login", wanted, {"Authorization": ""})
        assert status == 200, answer
        return Person(self.platform, self.id, self.email, tenant, answer["access_token"])

    def bring(self, role: str) -> "Person":
        """A new person who has accepted an invitation to this tenant in this role."""
        guest = register(self.platform)
        status, answer = self.ask("POST", "/api/v1/invitations", {"email": guest.email, "role": role})
        assert status == 201, answer
        token = mailed_token(self.platform, guest.email)
        status, answer = guest.ask("POST", "/api/v1/invitations/accept", {"token": token})
        assert status == 200 and answer["tenant"] == self.tenant, answer
        return guest.speak_for(self.tenant)


def register(platform: Platform, tier: str = "unlimited") -> Person:
    """A new person, who owns a tenant; without limits of its own, unless these are the matter."""
    email = f"{secrets.token_hex(6)}@people.example"
    wanted = {"email": email, "password": PASSWORD}
    status, _, answer = platform.request("POST", "/api/v1/auth/register", wanted, {"Authorization": ""})
    assert status == 201, answer
    if tier != answer["tenant"]["tier"]:
        found = platform.request("PATCH", f"/api/v1/admin/tenants/{answer['tenant']['id']}", {"tier": tier})
        assert found[0] == 200, found
    return Person(platform, answer["user"]["id"], email, answer["tenant"]["id"], answer["access_token"])


def mailed_token(platform: Platform, email: str) -> str:
    """The token of the last mail to this address, once it is sent."""
    path = platform.home / "mail.log"

    def mails() -> list[str]:
        sent = path.read_text().split("\n---\n") if path.exists() else []
        return [mail for mail in sent if f"To: {email}\n" in mail]

    wait_for(lambda: bool(mails()), 30, f"a mail to {email}")
    found = re.search(r"#token=(\S+)", mails()[-1])
    assert found, mails()
    return found[1]
