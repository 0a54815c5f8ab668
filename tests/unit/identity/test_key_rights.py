"""What a key may be given, as a table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from millrace.errors import InvalidField
from millrace.identity.key_list import Key
from millrace.identity.key_rights import Bounds

NOW = datetime.now(UTC)
WEEK = NOW + timedelta(days=7)

#: The key of somebody who may read and write jobs of the model `a`, in the tier `free`, until next week.
NARROW = Bounds(
    most=frozenset({"jobs:read", "jobs:write", "keys:admin"}),
    tiers=["free"],
    scopes=frozenset({"jobs:read", "jobs:write"}),
    models=frozenset({"a"}),
    expires_at=WEEK,
    own_tier="free",
    own_scopes=["jobs:read", "jobs:write"],
    own_models=["a"],
)

#: The owner of a tenant that has nothing taken away.
WIDE = Bounds(
    most=frozenset({"jobs:read", "jobs:write", "keys:admin"}),
    tiers=["free", "pro"],
    scopes=frozenset({"jobs:read", "jobs:write", "keys:admin"}),
    models=None,
    expires_at=None,
    own_tier=None,
    own_scopes=None,
    own_models=None,
)


def key(**fields: Any) -> Key:
    given: dict[str, Any] = dict.fromkeys(Key.__dataclass_fields__)
    return Key(**(given | {"tier": "free", "scopes": ["jobs:read"], "models": ["a"], "expires_at": NOW} | fields))


def test_unasked_a_key_gets_what_its_maker_has() -> None:
    asked = dict.fromkeys(("tier", "scopes", "models", "expires_at"))
    assert WIDE.within(asked) == asked
    assert NARROW.within(asked) == {
        "tier": "free", "scopes": ["jobs:read", "jobs:write"], "models": ["a"], "expires_at": WEEK,
    }  # fmt: skip


@pytest.mark.parametrize(
    "beyond",
    [
        {"tier": "pro"}, {"tier": "nonesuch"}, {"scopes": ["jobs:read", "keys:admin"]}, {"models": ["a", "b"]},
        {"expires_at": WEEK + timedelta(seconds=1)}, {"expires_at": NOW - timedelta(seconds=1)},
        {"expires_at": NOW + timedelta(days=4000)},
    ],
)  # fmt: skip
def test_more_is_refused_and_the_field_named(beyond: dict[str, Any]) -> None:
    with pytest.raises(InvalidField) as refused:
        NARROW.within(beyond)
    assert refused.value.param in beyond


def test_less_is_given() -> None:
    less = {"name": "x", "scopes": ["jobs:read"], "models": ["a"], "expires_at": NOW + timedelta(days=1)}
    assert NARROW.within(less) == less


@pytest.mark.parametrize(
    ("fields", "covered"),
    [
        ({}, True),
        ({"scopes": None}, False),
        ({"scopes": ["keys:admin"]}, False),
        # What its tenant has lost, it cannot do either.
        ({"scopes": ["jobs:read", "audit:read"]}, True),
        ({"models": None}, False),
        ({"models": ["b"]}, False),
        ({"tier": None}, False),
        ({"tier": "pro"}, False),
        ({"expires_at": None}, False),
        ({"expires_at": WEEK + timedelta(days=1)}, False),
    ],
)
def test_only_who_could_have_made_a_key_holds_its_successor(fields: dict[str, Any], covered: bool) -> None:
    assert NARROW.cover(key(**fields)) is covered
    assert WIDE.cover(key(**fields))
