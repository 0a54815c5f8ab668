"""Single-flight: of those who ask the same at once one asks the model, and the others wait for its answer.

Who leads is agreed in Redis, for all processes. Without Redis each process has a leader of its own: some calls more.
The key is the cache's, so nobody follows another tenant.
"""

import threading
from collections.abc import Callable

from redis.exceptions import RedisError

from millrace import redis as millrace_redis
from millrace.cache.entry import Entry
from millrace.streams import channels

#: Seconds after which a flight is over, should everybody who was to end it have died: longer than a call may take.
LONGEST = 660

#: Sets the leader where there is none; answers who leads.
_JOIN = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then return ARGV[1] end
return redis.call('GET', KEYS[1])
"""

_LAND = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class Follower:
    """One who waits. `leave` from another thread ends the wait."""

    def __init__(self, flight: "Flight") -> None:
        self.flight = flight
        self.stirred = threading.Event()
        self.gone = False

    def leave(self) -> None:
        self.gone = True
        self.stirred.set()


class Flight:
    """A question that a job is being asked, as one process knows it."""

    def __init__(self, tenant: str, key: str, job: str) -> None:
        self.tenant = tenant
        self.key = key
        #: The job that leads.
        self.leader = job
        #: Set once it is known who leads; and once that job is there to be followed, or will never be.
        self.known = threading.Event()
        self.begun = threading.Event()
        #: The leader's caller, if it is in this process, has done with it.
        self.landed = False
        self.ended = False
        #: What came of it; None after the end: nothing that others could use.
        self.entry: Entry | None = None
        self.followers: list[Follower] = []
        self.watched = False

    def end(self, entry: Entry | None) -> None:
        self.entry, self.ended = entry, True
        self.begun.set()
        for follower in self.followers:
            follower.stirred.set()


class Flights:
    """Those of this process."""

    def __init__(self, watch: Callable[[Flight], Entry | None]) -> None:
        #: Waits for the end of a flight's leader, in a thread of its own, as soon as somebody follows.
        self._watch = watch
        self._flights: dict[str, Flight] = {}
        self._lock = threading.Lock()

    def join(self, tenant: str, key: str, job: str) -> Follower | None:
        """Follow whoever is asking this; None: `job` leads, and its caller must `land` it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return self._follow(flight)
            flight = self._flights[key] = Flight(tenant, key, job)
        flight.leader = leader(key, job)
        flight.known.set()
        if flight.leader == job:
            return None
        with self._lock:
            return self._follow(flight)

    def _follow(self, flight: Flight) -> Follower:
        follower = Follower(flight)
        flight.followers.append(follower)
        if flight.ended:
            follower.stirred.set()
        elif not flight.watched:
            flight.watched = True
            threading.Thread(target=self._see_through, args=(flight,), name="flight", daemon=True).start()
        return follower

    def _see_through(self, flight: Flight) -> None:
        entry = None
        try:
            flight.known.wait()
            entry = self._watch(flight)
        finally:
            self._over(flight, entry)

    def land(self, key: str, job: str) -> None:
        """The job that led has ended, or never began; who follows it hears so from the watch."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is None or flight.leader != job:
                return
            flight.landed = True
            if flight.watched:
                return
            del self._flights[key]
        release(key, job)

    def _over(self, flight: Flight, entry: Entry | None) -> None:
        release(flight.key, flight.leader)
        with self._lock:
            if self._flights.get(flight.key) is flight:
                del self._flights[flight.key]
            flight.end(entry)


def leader(key: str, job: str) -> str:
    """Who leads: this job, if nobody does."""
    try:
        found = millrace_redis.client().eval(_JOIN, 1, channels.flight(key), job, LONGEST)
    except RedisError:
        return job
    return found.decode() if isinstance(found, bytes) else str(found)


def leads(key: str, job: str) -> bool:
    """Whether it still does; True when nobody can tell."""
    try:
        return millrace_redis.client().get(channels.flight(key)) == job.encode()
    except RedisError:
        return True


def release(key: str, job: str) -> None:
    """It does no longer."""
    try:
        millrace_redis.client().eval(_LAND, 1, channels.flight(key), job)
    except RedisError:
        return
