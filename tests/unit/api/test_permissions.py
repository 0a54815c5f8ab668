"""No route without a declared permission; and what anybody may do is what we mean anybody to do."""

from api.app import create_app
from api.operations import OPERATIONS
from millrace.identity.permissions import PUBLIC, SIGNED_IN, Permission

#: Whoever comes along may do this, and nothing else.
OPEN = {
    "GET /healthz",
    "GET /readyz",
    "GET /docs",
    "GET /api/openapi.json",
    "GET /.well-known/jwks.json",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/verify",
    "POST /api/v1/auth/verify/resend",
    "POST /api/v1/auth/password/forgot",
    "POST /api/v1/auth/password/reset",
    "POST /api/auth/register",
    "POST /api/auth/login",
}


def test_every_route_of_the_url_map_declares_a_permission_that_there_is() -> None:
    declared = {f"{each.method} {each.path}": each.permission for each in OPERATIONS}
    routes = {
        f"{method} {rule.rule}"
        for rule in create_app().url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == set(declared)
    assert set(declared.values()) <= {PUBLIC, SIGNED_IN, *Permission}


def test_only_these_are_open_to_anybody() -> None:
    assert {f"{each.method} {each.path}" for each in OPERATIONS if each.permission == PUBLIC} == OPEN


def test_what_is_for_operators_is_only_for_them() -> None:
    for each in OPERATIONS:
        assert each.path.startswith("/api/v1/admin/") == (each.permission == Permission.platform_admin), each.path
