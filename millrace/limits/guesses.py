"""Counting wrong keys, tokens and passwords, by address and, for passwords, by account; too many make a block.

Counts are in Redis. While it is away each process counts for itself, so a guesser gets as many tries as there are API
processes. Blocks are in Postgres (millrace/limits/blocks.py) and hold whatever Redis does.
"""

import secrets
import time
from typing import Any

from redis.exceptions import RedisError

from millrace import redis as millrace_redis
from millrace.errors import DatabaseUnavailable
from millrace.limits import away, blocks
from millrace.limits.subjects import of_account, of_address, tag
from millrace.settings import settings
from millrace.telemetry import logger

log = logger(__name__)

#: Seconds after the first guess in which MOST_GUESSES make a block.
WINDOW = 600

#: Seconds for which an address is remembered as one from which an account's owner signed in.
KNOWN = 30 * 86_400

#: Subjects of which this process counts guesses while Redis is away.
COUNTED_HERE = 10_000

_here: dict[str, tuple[float, set[str]]] = {}


def refuse_blocked(address: str, account: str | None = None) -> None:
    """Raises Blocked. `account`: the e-mail address as typed, whether there is such an account or not."""
    if not blocks.any_in_force():
        return
    blocks.refuse(of_address(address))
    if account is not None and not _is_known(address, account):
        blocks.refuse(of_account(account))


def failed(address: str, account: str | None = None, tried: str | None = None) -> None:
    """Count one wrong secret.

    `tried`: the wrong key or token; the same one again counts once, so a client with a stale key is no guesser.
    Leave it out for passwords, which all count, and give the `account`.
    """
    of = tag(tried) if tried else secrets.token_hex(8)
    subjects = [of_address(address)] + ([of_account(account)] if account is not None else [])
    for subject in subjects:
        if _count(subject, of) >= settings().most_guesses:
            _block(subject)


def succeeded(address: str, account: str) -> None:
    """A right password: the account's guesses are forgotten, its block does not bind this address."""
    subject = of_account(account)
    _here.pop(subject, None)
    try:
        with millrace_redis.hurried().pipeline(transaction=False) as pipe:
            pipe.delete(_key(subject))
            pipe.set(_known_key(address, account), 1, ex=KNOWN)
            pipe.execute()
    except RedisError:
        log.debug("a sign-in is not remembered: Redis is away")


def _block(subject: str) -> None:
    try:
        blocks.block(subject, f"{settings().most_guesses} wrong keys or passwords in {WINDOW // 60} minutes")
    except DatabaseUnavailable:
        # Nobody can be let in without it either; the next guess tries again.
        return
    _here.pop(subject, None)
    try:
        millrace_redis.hurried().delete(_key(subject))
    except RedisError:
        log.debug("guesses are not forgotten: Redis is away")


def _count(subject: str, of: str) -> int:
    """How many different ones were tried in the window."""
    if away.is_away():
        return _count_here(subject, of)
    try:
        client: Any = millrace_redis.hurried()
        with client.pipeline(transaction=True) as pipe:
            pipe.sadd(_key(subject), of)
            pipe.scard(_key(subject))
            pipe.ttl(_key(subject))
            _, found, left = pipe.execute()
        if left < 0:
            client.expire(_key(subject), WINDOW)
        return int(found)
    except RedisError as failure:
        away.note(failure)
        return _count_here(subject, of)


def _count_here(subject: str, of: str) -> int:
    now = time.monotonic()
    if len(_here) > COUNTED_HERE:
        _here.clear()
    until, tried = _here.get(subject, (0.0, set()))
    if until < now:
        until, tried = now + WINDOW, set()
    tried.add(of)
    _here[subject] = until, tried
    return len(tried)


def _is_known(address: str, account: str) -> bool:
    """Asked only while somebody is blocked. Redis away: no, so an account's block binds its owner too, for minutes."""
    try:
        return bool(millrace_redis.hurried().exists(_known_key(address, account)))
    except RedisError:
        return False


def _key(subject: str) -> str:
    return f"guesses:{subject}"


def _known_key(address: str, account: str) -> str:
    return f"known:{of_account(account)}:{tag(of_address(address))}"
