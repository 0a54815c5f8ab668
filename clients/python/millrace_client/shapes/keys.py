"""API keys."""

from typing import TypedDict

from millrace_client.shapes.pages import Page


class Key(TypedDict):
    """An API key, without the key."""

    id: str
    name: str
    hint: str
    tier: str | None
    scopes: list[str] | None
    models: list[str] | None
    requests_per_hour: int | None
    budget_usd: str | None
    created_by: str | None
    created_at: int
    last_used_at: int | None
    expires_at: int | None
    revoked_at: int | None
    replaced_by: str | None


class NewKey(Key):
    """A key that was just made: `api_key` is shown this once."""

    api_key: str


class KeyList(Page):
    """A page of keys."""

    data: list[Key]
