"""Is it alive, and is it ready: for supervisors, load balancers and people."""

import json

from flask import Response

from api.operations import operation
from millrace import db
from millrace import redis as millrace_redis
from millrace.errors import DatabaseUnavailable
from millrace.identity.permissions import PUBLIC
from millrace.migrations import migrate


@operation(
    "GET /healthz",
    summary="Is this process alive?",
    tag="Health",
    answers={200: "alive"},
    permission=PUBLIC,
    rate="none",
)
def healthz() -> Response:
    """Says so, and asks nobody."""
    return Response("alive\n", mimetype="text/plain")


@operation(
    "GET /readyz",
    summary="Is everything there?",
    tag="Health",
    answers={200: "ready", 503: "what is missing"},
    permission=PUBLIC,
    rate="none",
)
def readyz() -> Response:
    """Ready when Postgres answers and is migrated. Without Redis jobs are still accepted, and wait: said, but ready."""
    checks = {"postgres": _postgres(), "redis": _redis()}
    ready = checks["postgres"] == "ok"
    return Response(json.dumps({"ready": ready, "checks": checks}), 200 if ready else 503, mimetype="application/json")


_migrated = False


def _postgres() -> str:
    global _migrated
    try:
        if _migrated:
            db.call("SELECT 1")
            return "ok"
        _migrated = not migrate.behind()
        return "ok" if _migrated else "not migrated: run `python -m millrace.migrations`"
    except DatabaseUnavailable:
        return "does not answer; look at DATABASE_URL, or at the log of postgres"


def _redis() -> str:
    try:
        millrace_redis.client().ping()
        return "ok"
    except millrace_redis.Gone:
        return "does not answer: jobs are accepted and wait; look at REDIS_URL, or at the log of redis"
