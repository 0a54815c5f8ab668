"""Telling the API process whose caller waits for a job. Redis's loss: the caller asks Postgres when its wait is over."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from millrace import redis as millrace_redis
from millrace.grouping import Grouped
from millrace.jobs.settle import Settlement
from millrace.streams import channels


def reply(process: str, settlement: Settlement) -> None:
    """Publish how the job ended, with its result, to that process."""
    _reply((process, settlement))


def _reply_group(group: Sequence[tuple[str, Settlement]]) -> list[None]:
    try:
        with millrace_redis.client().pipeline(transaction=False) as pipe:
            for process, settlement in group:
                pipe.publish(channels.reply(process), json.dumps(asdict(settlement)))
            pipe.execute()
    except millrace_redis.Gone:
        pass
    return [None] * len(group)


_reply = Grouped(_reply_group, most=128)
