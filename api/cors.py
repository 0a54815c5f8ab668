"""CORS: the origins that settings name may call from a browser, and no others; there is no `*`."""

from flask import Flask, Response, request

from millrace.settings import settings

ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, X-API-Key, Content-Type, Idempotency-Key, Prefer, Last-Event-ID, "
    "Range, If-None-Match, If-Range, x-millrace-cache, x-millrace-guard",
    "Access-Control-Expose-Headers": ", ".join(
        ["Location", "Retry-After", "Preference-Applied"]
        + ["ETag", "Accept-Ranges", "Content-Range", "Content-Disposition"]
        + ["x-request-id", "x-millrace-cache", "x-millrace-route", "x-should-retry"]
        + [f"x-ratelimit-{what}-{of}" for of in ("requests", "tokens") for what in ("limit", "remaining", "reset")]
    ),
    "Access-Control-Max-Age": "600",
}


def install(app: Flask) -> None:
    app.before_request(_preflight)
    app.after_request(_allow)


def _preflight() -> Response | None:
    asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    return Response(status=204) if asks else None


def _allow(response: Response) -> Response:
    origin = request.headers.get("Origin")
    if origin is None:
        return response
    response.vary.add("Origin")
    if origin in settings().origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers.update(ALLOWED)
    return response
