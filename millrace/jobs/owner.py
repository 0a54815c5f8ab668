"""Who waits for a synchronous job owns it. The owner is the API process that holds the caller's connection: it has a
lease like a worker's, and when that ends, the sweep cancels what nobody waits for any more."""

import threading
from collections.abc import Sequence

from millrace import db, ids
from millrace.errors import DatabaseUnavailable
from millrace.jobs import lease
from millrace.jobs.cancel import cancel
from millrace.settings import settings
from millrace.telemetry import logger

log = logger(__name__)

#: Jobs one sweep cancels at the most.
MOST = 500

_ABANDONED = """
SELECT j.tenant, j.id FROM jobs j
WHERE j.owner IS NOT NULL AND j.state IN ('queued', 'running') AND NOT j.cancel_requested
AND NOT EXISTS (SELECT 1 FROM processes p WHERE p.id = j.owner AND p.expires_at > clock_timestamp())
ORDER BY j.id LIMIT %s
"""

_OURS = "SELECT 1 FROM jobs WHERE id = %s AND tenant = %s AND owner = %s AND state IN ('queued', 'running')"


class Owner:
    """This process, as others know it. `present` before the first job that it owns."""

    def __init__(self) -> None:
        self.id = ids.new()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._open = False
        self._abandoned: set[tuple[str, str]] = set()

    def present(self) -> str:
        """The owner's id, under a lease that is kept from now on. Raises DatabaseUnavailable."""
        if not self._open:
            with self._lock:
                if not self._open:
                    lease.open(self.id, "api", [])
                    threading.Thread(target=self._keep, name="owner", daemon=True).start()
                    self._open = True
        return self.id

    def abandon(self, tenant: str, job: str) -> None:
        """Cancel a job of ours that nobody waits for any more: now, or when the database is back. One that others
        follow is no longer ours (millrace/jobs/sharing.py)."""
        try:
            self._cancel(tenant, job)
        except DatabaseUnavailable:
            self._abandoned.add((tenant, job))

    def leave(self) -> None:
        """Nobody waits here any more."""
        self._over.set()
        if self._open:
            try:
                lease.close(self.id)
            except DatabaseUnavailable:
                log.warning("the lease could not be given back; it runs out by itself")

    def _keep(self) -> None:
        while not self._over.wait(settings().renew_seconds):
            try:
                if not lease.renew(self.id, {}):
                    lease.open(self.id, "api", [])
                self._cancel_abandoned()
            except DatabaseUnavailable:
                log.warning("the lease of this API process could not be renewed")
            except Exception:
                log.exception("renewing the lease failed")


    def _cancel_abandoned(self) -> None:
        for tenant, job in list(self._abandoned):
            self._cancel(tenant, job)
            self._abandoned.discard((tenant, job))

    def _cancel(self, tenant: str, job: str) -> None:
        if db.call(_OURS, (job, tenant, self.id), tenants=[tenant]):
            cancel(tenant, job)


owner = Owner()


def cancel_abandoned() -> None:
    """Cancel the jobs whose owner is gone. For the sweep."""
    found: Sequence[tuple[str, str]] = db.call(_ABANDONED, (MOST,))
    if found:
        log.info("nobody waits for these jobs any more", jobs=len(found))
    for tenant, job in found:
        cancel(tenant, job)
