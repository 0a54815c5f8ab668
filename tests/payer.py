"""A tenant that pays: with a key of its own, its quotas, and what its books say."""

import hashlib
import json
import secrets
import uuid
from typing import Any

from millrace import ids
from tests.machine import wait_for
from tests.platform import Platform

#: Nano-dollars a token.
INPUT, OUTPUT = 1_000, 2_000

#: As a round of the ledger asks it.
CHECK = "SELECT * FROM quota_balances b, LATERAL quota_drift(b.period, b.quota)"


class Payer:
    """`ask` as it; look at what was reserved, used and charged."""

    def __init__(self, platform: Platform, tier: str = "unlimited", operates: bool = False) -> None:
        self.platform = platform
        self.tenant, self.key, self.secret = ids.new(), ids.new(), f"mr_live_{secrets.token_urlsafe(32)}"
        platform.sql(
            "INSERT INTO tenants (id, name, tier, operates) VALUES (%s, 'payer', %s, %s)", self.tenant, tier, operates
        )
        hashed = hashlib.sha256(self.secret.encode()).digest()
        platform.sql(
            "INSERT INTO api_keys (id, tenant, name, hash) VALUES (%s, %s, 'k', %s)", self.key, self.tenant, hashed
        )

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        headers = self.headers | more.pop("headers", {})
        status, _, answer = self.platform.request(method, path, body, headers, **more)
        return status, answer

    def submit(self, model: str = "demo", process: str = "api", **body: Any) -> tuple[int, Any]:
        """A chat job, as the API answers it."""
        asked = {"model": model, "messages": [{"role": "user", "content": "four"}], "max_tokens": 10} | body
        return self.ask("POST", "/api/v1/jobs", {"endpoint": "/v1/chat/completions", "body": asked}, process=process)

    def finished(self) -> None:
        """Wait until all that was submitted has ended."""
        left = "SELECT 1 FROM jobs WHERE tenant = %s AND state IN ('queued', 'running')"
        wait_for(lambda: not self.platform.sql(left, self.tenant), 60, "all to end")

    def quota(self, unit: str, hard: int | None, **fields: Any) -> str:
        """A quota by hand; its id."""
        row = {"id": str(uuid.uuid4()), "tenant": self.tenant, "unit": unit, "hard_limit": hard} | fields
        names, places = ", ".join(row), ", ".join(["%s"] * len(row))
        self.platform.sql(f"INSERT INTO quotas ({names}) VALUES ({places})", *row.values())
        return str(row["id"])

    def balance(self, quota: str) -> tuple[int, int]:
        """(used, reserved), all periods together."""
        found = self.platform.sql(
            "SELECT coalesce(sum(used), 0)::bigint, coalesce(sum(reserved), 0)::bigint "
            "FROM quota_balances WHERE quota = %s",
            quota,
        )
        return found[0]  # type: ignore[return-value]

    def balances(self) -> bool:
        """True when every balance of ours is what the ledger and the unfinished jobs say."""
        return not self.platform.sql(f"{CHECK} WHERE b.tenant = %s", self.tenant)


class Books(Payer):
    """On the SQL that runs in production, with nobody else about: submit, claim and settle by hand."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform)
        self.lane = f"test.{self.tenant[-12:]}"
        self.leases: dict[str, str] = {}

    def accept(self, count: int = 1, **fields: Any) -> list[str]:
        """Submit jobs alike; their ids. Raises psycopg2's error where a quota does not cover them."""
        items = [self.item(**fields) for _ in range(count)]
        self.platform.sql("SELECT submit_jobs(%s, false)", json.dumps(items))
        return [str(each["id"]) for each in items]

    def item(self, **fields: Any) -> dict[str, Any]:
        """One job, as submit_jobs takes it."""
        item = {"tenant": self.tenant, "lane": self.lane, "class": 1, "model": "m", "endpoint": "/v1/chat/completions"}
        item |= {"body": "{}", "stream": False, "max_attempts": 3, "cost": 1.0, "tokens": 10, "output_tokens": 6}
        return item | {"api_key": self.key} | fields | {"id": ids.new()}

    def run(self, count: int = 100) -> list[str]:
        """Claim; the jobs that run from now on."""
        claim = "SELECT job::text, lease::text FROM claim_jobs(%s, %s, %s, 0, NULL, now())"
        found = dict(self.platform.sql(claim, self.lane, str(uuid.uuid4()), count))
        self.leases |= found
        return list(found)

    def settle(self, *jobs: str, state: str = "succeeded", **fields: Any) -> None:
        items = [
            {"id": job, "tenant": self.tenant, "lease": self.leases.get(job), "state": state} | fields for job in jobs
        ]
        self.platform.sql("SELECT settle_jobs(%s)", json.dumps(items))

    def price(self, model: str = "m", **columns: Any) -> None:
        row = {"model": model, "input_nanos": INPUT, "output_nanos": OUTPUT, "valid_from": "2020-01-01"} | columns
        names, places = ", ".join(row), ", ".join(["%s"] * len(row))
        self.platform.sql(f"INSERT INTO prices ({names}) VALUES ({places}) ON CONFLICT DO NOTHING", *row.values())

    def charged(self, job: str) -> tuple[int, int]:
        """(nanos, overage_nanos) of its entry."""
        found = self.platform.sql("SELECT nanos, overage_nanos FROM ledger_entries WHERE job = %s", job)
        assert len(found) == 1, found
        return found[0]  # type: ignore[return-value]
