"""`millrace doctor`: what is wrong with this machine or installation, and what to do about it."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from millrace.machine import client, control, discover, doctor_servers, orphans
from millrace.machine.finding import Check, Finding, Level, judged
from millrace.machine.models import listing
from millrace.machine.place import Unfit
from millrace.machine.probe import port_free
from millrace.settings import settings

#: Bytes free in the home: below the first it will fail soon, below the second it may.
DISK_FAIL, DISK_WARN = 1 << 29, 1 << 32

PYTHON = (3, 11)


def examine() -> list[Finding]:
    """Look at everything, in the order in which it is needed."""
    return [finding for check in CHECKS for finding in _run(check)]


def _run(check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except Unfit as unfit:
        yield Finding(check.__name__.strip("_"), "fail", str(unfit))


def as_dict(findings: list[Finding]) -> dict[str, Any]:
    """For programs."""
    return {"ok": healthy(findings), "findings": [asdict(one) for one in findings]}


def healthy(findings: list[Finding]) -> bool:
    """Nothing that must be done."""
    return not any(one.level == "fail" for one in findings)


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield judged("python", sys.version_info >= PYTHON, version, "Use Python 3.11 or later")


def _disk() -> Iterator[Finding]:
    place = next(path for path in (settings().home, *settings().home.parents) if path.exists())
    free = shutil.disk_usage(place).free
    level: Level = "fail" if free < DISK_FAIL else "warn" if free < DISK_WARN else "ok"
    yield Finding("disk", level, f"{free / 1e9:.1f} GB free in {place}", "" if level == "ok" else "Make room")


def _api() -> Iterator[Finding]:
    own = settings()
    if control.running():
        said = client.readiness()
        good = bool(said and said["ready"])
        yield judged("api", good, f"{client.url()}: {said or 'no answer'}", f"See {own.home}/log/api.log")
    elif left := orphans.find():
        says = f"{len(left)} run without their supervisor, which was killed"
        yield Finding("processes", "fail", says, "`millrace up` takes over, `millrace down` ends them")
    else:
        free = port_free(own.host, own.port)
        yield judged("port", free, f"{own.port} is {'free' if free else 'taken'}", "Set PORT to a free one")


def _admin_key() -> Iterator[Finding]:
    path = settings().admin_key_path
    if not path.exists():
        yield Finding("admin key", "warn", "not made yet", "`millrace up` makes it")
    else:
        private = not path.stat().st_mode & 0o077
        yield judged("admin key", private, str(path), f"Others can read it: chmod 600 {path}")


def _models() -> Iterator[Finding]:
    yield Finding("catalog", "ok", ", ".join(sorted(discover.catalog().models)))
    served = discover.ollama_models()
    if served is not None:
        yield Finding("ollama", "ok", ", ".join(found.name for found in served) or "serves no chat model")
    elif settings().ollama_url:
        yield Finding("ollama", "fail", f"no answer at {discover.ollama_url()}", "Start Ollama, or unset OLLAMA_URL")
    else:
        yield Finding("ollama", "ok", "not here (optional)")


def _local_models() -> Iterator[Finding]:
    """Those that a process of ours holds, or would; while nothing runs, none is expected to be held."""
    for found in listing.states():
        fine = found["state"] != "failed"
        yield judged(f"model {found['model']}", fine, found["error"] or found["state"], "See `millrace models status`")


CHECKS: tuple[Check, ...] = (
    _python,
    doctor_servers.programs,
    _disk,
    _api,
    doctor_servers.postgres,
    doctor_servers.redis_,
    doctor_servers.files,
    _admin_key,
    _models,
    _local_models,
)
