"""The Flask application: the declared operations, one error handler, CORS, and nothing of its own."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from api import (
    audit,
    cache,
    catalog,
    comparisons,
    cors,
    docs,
    errors,
    events,
    guard,
    health,
    jobs,
    local_models,
    models,
    openapi,
    operations,
    pulls,
    routed,
    second_names,
    vendor_keys,
)
from api.batches import batches, quotes, results
from api.batches import events as batch_events
from api.identity import accounts, invitations, jwks, keys, members, passwords, roles, sessions, tenants, users
from api.ledger import alerts, entries, prices, quotas, usage
from api.limits import admin as limits_admin
from api.limits import headers, quota
from api.schedules import schedules
from api.v1 import caching, completions, files, messages, responses
from api.v1 import models as v1_models
from api.v1.express import express
from api.webhooks import deliveries, endpoints, secret
from millrace.settings import settings

#: Importing them declares their operations.
VIEWS = (
    jobs, events, models, health, openapi, docs, quota, limits_admin, accounts, passwords, sessions, jwks,
    tenants, members, roles, invitations, keys, users, second_names, audit,
    quotas, prices, usage, entries, alerts,
    completions, responses, messages, v1_models,
    cache, catalog, guard, comparisons, vendor_keys, local_models, pulls,
    endpoints, deliveries, secret,
    files,
    batches, quotes, results, batch_events,
    schedules,
)  # fmt: skip

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings().max_body_bytes + 1
    app.url_map.strict_slashes = False
    operations.mount(app)
    errors.install(app)
    headers.install(app)
    caching.install(app)
    cors.install(app)
    routed.install(app)
    app.wsgi_app = express(_chunked(app.wsgi_app))  # type: ignore[method-assign, assignment]
    return app


def _chunked(wsgi: Wsgi) -> Wsgi:
    """A body without a length: the servers end its stream by themselves, but Werkzeug wants to be told."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            environ["wsgi.input_terminated"] = True
        return wsgi(environ, start_response)

    return call
