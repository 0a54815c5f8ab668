"""Exit codes, and which error has which."""

from millrace_client.errors import LimitReached, MillraceError, NotFound, StatusError, Unreachable

#: 1: it failed. 2: the command was wrong (typer's own). 3: not signed in, or not allowed. 4: no such thing.
#: 5: a limit or a quota. 6: the server did not answer, or broke. 130: interrupted.
FAILED, WRONG, NOT_ALLOWED, NOT_FOUND, LIMITED, AWAY, INTERRUPTED = 1, 2, 3, 4, 5, 6, 130


def code(error: MillraceError) -> int:
    """What the command ends with."""
    if isinstance(error, NotFound):
        return NOT_FOUND
    if isinstance(error, LimitReached):
        return LIMITED
    if error.status in (401, 403):
        return NOT_ALLOWED
    if isinstance(error, Unreachable) or (isinstance(error, StatusError) and (error.status or 0) >= 500):
        return AWAY
    return FAILED


def advice(error: MillraceError) -> str:
    """What to do, beyond what the server says."""
    if error.status == 401:
        return "Sign in with `millrace login`, or set MILLRACE_API_KEY."
    if isinstance(error, Unreachable):
        return "Is it running, and is the address right? `millrace login` or MILLRACE_URL sets it."
    if isinstance(error, LimitReached):
        wait = f" Or try again in {error.retry_after:.0f} seconds." if error.retry_after else ""
        return f"`millrace quota` shows where you stand.{wait}"
    return ""
