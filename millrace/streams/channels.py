"""The names of streams and channels in Redis, built here and nowhere else."""


def stream(job: str) -> str:
    """The replay window of a job."""
    return f"job:{job}"


def events(job: str) -> str:
    """Where the events of a job are published as they are appended."""
    return f"events:{job}"


def reply(process: str) -> str:
    """Where an API process hears of the jobs that its callers wait for."""
    return f"reply:{process}"


def bell(lane: str) -> str:
    """Rung when a lane has new work; awake dispatchers listen."""
    return f"bell:{lane}"


def rung(lane: str) -> str:
    """Set while a message that wakes the lane is on its way: one is enough."""
    return f"rung:{lane}"


def cached(key: str) -> str:
    """An answer that the cache keeps; the key tells neither the tenant nor the question."""
    return f"cache:{key}"


def flight(key: str) -> str:
    """Which job is being asked this, so that nobody asks it twice."""
    return f"flight:{key}"


#: Where processes hear of whom the cache was purged: `tenant model`, an empty one for all.
PURGED = "cache.purged"

#: Where workers hear which jobs are to be stopped.
CANCEL = "cancel"
