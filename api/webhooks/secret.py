"""Secrets, for those who administrate: a tenant's own, which signs what its jobs and batches name, and endpoints'."""

from typing import Any

from api.auth import caller
from api.identity.asking import actor
from api.operations import operation
from api.shapes import Problem
from api.webhooks.shapes import SecretInfo, SecretRotation
from millrace import audit, ids
from millrace.identity.permissions import Permission
from millrace.webhooks import endpoints, secrets

TAG = "Webhooks"


@operation(
    "GET /api/v1/webhooks/secret",
    summary="Look at your tenant's webhook secret",
    tag=TAG,
    permission=Permission.webhooks_admin,
    answers={200: SecretInfo},
)
def show_tenant_webhook_secret() -> SecretInfo:
    """It signs what is sent to the targets that jobs and batches name. Made when it is first asked for."""
    found = secrets.current(caller().tenant, None)
    actor().note(None, audit.Act.webhook_secret_read)
    return SecretInfo(secret=found)


@operation(
    "POST /api/v1/webhooks/secret/rotate",
    summary="Rotate your tenant's webhook secret",
    tag=TAG,
    permission=Permission.webhooks_admin,
    body=SecretRotation,
    answers={201: SecretInfo},
)
def rotate_tenant_webhook_secret(body: SecretRotation) -> Any:
    """A new one. For `overlap_seconds` the old one signs too."""
    return SecretInfo(secret=endpoints.rotate(actor(), None, body.overlap_seconds)), 201


@operation(
    "GET /api/v1/webhooks/endpoints/<id>/secret",
    summary="Look at a webhook endpoint's secret",
    tag=TAG,
    permission=Permission.webhooks_admin,
    answers={200: SecretInfo, 404: Problem},
)
def show_webhook_secret(id: str) -> SecretInfo:
    """The one that holds."""
    found = endpoints.find(caller().tenant, ids.parse("we", id))
    secret = secrets.current(found.tenant, found.id)
    actor().note(None, audit.Act.webhook_secret_read, endpoints.shown(found.id))
    return SecretInfo(secret=secret)
