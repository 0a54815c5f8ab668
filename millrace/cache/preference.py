"""What a tenant wants of the semantic cache, for all its requests that do not say."""

from dataclasses import dataclass

from millrace import db
from millrace.recent import Recent

_FIND = "SELECT semantic, threshold, seconds FROM cache_settings WHERE tenant = %s"

_ALL = "SELECT tenant, semantic, threshold, seconds FROM cache_settings"

_PUT = """
INSERT INTO cache_settings (tenant, semantic, threshold, seconds) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant) DO UPDATE SET
    semantic = excluded.semantic, threshold = excluded.threshold, seconds = excluded.seconds
"""


@dataclass(frozen=True, slots=True)
class Preference:
    """`semantic`: asked for in every request that does not say. `threshold` and `seconds` (the age of an answer) hold
    for those that do, too; None is the platform's own. The platform's age is the most."""

    semantic: bool = False
    threshold: float | None = None
    seconds: float | None = None


def find(tenant: str) -> Preference:
    rows = db.call(_FIND, (tenant,), tenants=[tenant])
    return Preference(*rows[0]) if rows else Preference()


def put(tenant: str, wanted: Preference) -> None:
    db.call(_PUT, (tenant, wanted.semantic, wanted.threshold, wanted.seconds), tenants=[tenant])


def _read(_last: dict[str, Preference]) -> dict[str, Preference]:
    return {tenant: Preference(*rest) for tenant, *rest in db.call(_ALL)}


#: All of them, as workers know them.
_known: Recent[dict[str, Preference]] = Recent(_read, {}, fresh=2.0, stale=60.0)


def known(tenant: str) -> Preference:
    """The same for a worker, two seconds old at most while there is work."""
    return _known().get(tenant, Preference())
