"""API keys: make, list, look, change, rotate, revoke."""

from datetime import timedelta
from typing import Any

from api.auth import caller
from api.identity.asking import actor
from api.identity.model_names import known_models
from api.identity.shapes import KeyChange, KeyInfo, KeyList, KeyWithSecret, NewKey, Rotation
from api.money import nanos, usd
from api.operations import operation
from api.pages import PageQuery, cursor, page, seconds
from api.shapes import Problem
from millrace import ids
from millrace.clock import now
from millrace.errors import InvalidField
from millrace.identity import key_changes, key_list
from millrace.identity.key_changes import Wanted
from millrace.identity.key_list import Key
from millrace.identity.permissions import Permission


@operation(
    "POST /api/v1/keys",
    summary="Make an API key",
    tag="Keys",
    permission=Permission.keys_write,
    body=NewKey,
    answers={201: KeyWithSecret, 409: Problem},
)
def create_key(body: NewKey) -> Any:
    """`api_key` is shown this once. What you leave out is as much as you may give; more than you have is refused."""
    known_models(body.models)
    key, secret = key_changes.make(actor(), wanted(body))
    return with_secret(key, secret), 201, {"Location": f"/api/v1/keys/{ids.show('key', key.id)}"}


@operation(
    "GET /api/v1/keys",
    summary="List API keys",
    tag="Keys",
    permission=Permission.keys_read,
    query=PageQuery,
    answers={200: KeyList},
)
def list_keys(query: PageQuery) -> KeyList:
    """Newest first: your own, or with keys:admin all of the tenant's."""
    found = key_list.find_all(caller(), cursor("key", query.after), query.limit + 1)
    return page(KeyList, [KeyInfo(**_fields(each)) for each in found], query.limit)


@operation(
    "GET /api/v1/keys/<id>",
    summary="Look at an API key",
    tag="Keys",
    permission=Permission.keys_read,
    answers={200: KeyInfo, 404: Problem},
)
def show_key(id: str) -> KeyInfo:
    """What it may do, and when it was last used."""
    return KeyInfo(**_fields(key_list.find(caller(), ids.parse("key", id))))


@operation(
    "PATCH /api/v1/keys/<id>",
    summary="Change an API key",
    tag="Keys",
    permission=Permission.keys_write,
    body=KeyChange,
    answers={200: KeyInfo, 404: Problem, 409: Problem},
)
def change_key(id: str, body: KeyChange) -> KeyInfo:
    """In force within a second. null is as much as you may give. Others' keys need keys:admin."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    if "name" in given and given["name"] is None:
        raise InvalidField("name: cannot be null. Leave it out to keep it.", param="name")
    if "budget_usd" in given:
        budget = given.pop("budget_usd")
        given["budget"] = None if budget is None else nanos(budget)
    known_models(given.get("models"))
    return KeyInfo(**_fields(key_changes.change(actor(), ids.parse("key", id), given)))


@operation(
    "POST /api/v1/keys/<id>/rotate",
    summary="Rotate an API key",
    tag="Keys",
    permission=Permission.keys_write,
    body=Rotation,
    answers={201: KeyWithSecret, 404: Problem, 409: Problem},
)
def rotate_key(id: str, body: Rotation) -> Any:
    """A new key with the same properties. The old one works for `overlap_seconds` more, and shows `replaced_by`."""
    key, secret = key_changes.rotate(actor(), ids.parse("key", id), body.overlap_seconds)
    return with_secret(key, secret), 201, {"Location": f"/api/v1/keys/{ids.show('key', key.id)}"}


@operation(
    "DELETE /api/v1/keys/<id>",
    summary="Revoke an API key",
    tag="Keys",
    permission=Permission.keys_write,
    answers={204: "It opens nothing any more.", 404: Problem},
)
def revoke_key(id: str) -> Any:
    """For ever, within a second on every process; open streams end too. Safe to repeat."""
    key_changes.revoke(actor(), ids.parse("key", id))
    return "", 204


def wanted(body: NewKey) -> Wanted:
    """What the body asks for."""
    lasts = None if body.expires_in_days is None else now() + timedelta(days=body.expires_in_days)
    return Wanted(
        name=body.name,
        tier=body.tier,
        scopes=None if body.scopes is None else [str(each) for each in body.scopes],
        models=body.models,
        requests_per_hour=body.requests_per_hour,
        budget=None if body.budget_usd is None else nanos(body.budget_usd),
        expires_at=body.expires_at or lasts,
    )


def with_secret(key: Key, secret: str) -> KeyWithSecret:
    return KeyWithSecret(**_fields(key), api_key=secret)


def _fields(key: Key) -> dict[str, Any]:
    return {
        "id": ids.show("key", key.id),
        "object": "api_key",
        "name": key.name,
        "hint": key.hint,
        "tier": key.tier,
        "scopes": key.scopes,
        "models": key.models,
        "requests_per_hour": key.requests_per_hour,
        "budget_usd": None if key.budget is None else usd(key.budget),
        "created_by": ids.show("user", key.created_by) if key.created_by else None,
        "created_at": seconds(key.created_at),
        "last_used_at": seconds(key.last_used_at),
        "expires_at": seconds(key.expires_at),
        "revoked_at": seconds(key.revoked_at),
        "replaced_by": ids.show("key", key.replaced_by) if key.replaced_by else None,
    }
