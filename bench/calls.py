"""The calls that are timed, each answering its milliseconds. An answer that is not right ends the benchmark."""

from collections.abc import Awaitable, Callable
from time import perf_counter

from bench.client import Connection
from bench.place import Place

One = Callable[[Connection], Awaitable[float]]


def waited(place: Place) -> One:
    """Submit and wait for the answer on the same request."""
    request = place.submit(wait=30)

    async def one(connection: Connection) -> float:
        begun = perf_counter()
        answer = await connection.ask(request)
        assert answer.status == 200 and b'"succeeded"' in answer.raw, answer.raw
        return (perf_counter() - begun) * 1000

    return one


def submitted(place: Place) -> One:
    """Submit only."""
    request = place.submit()

    async def one(connection: Connection) -> float:
        begun = perf_counter()
        answer = await connection.ask(request)
        assert answer.status == 202, answer.raw
        return (perf_counter() - begun) * 1000

    return one


def direct(place: Place) -> One:
    """The upstream itself."""
    request = place.direct()

    async def one(connection: Connection) -> float:
        begun = perf_counter()
        answer = await connection.ask(request)
        assert answer.status == 200, answer.raw
        return (perf_counter() - begun) * 1000

    return one


def streamed(place: Place, user: str) -> One:
    """Submit, then watch the events to the end; milliseconds from the submit to the first delta."""
    request = place.submit(user, stream=True, of_class="interactive")

    async def one(connection: Connection) -> float:
        begun = perf_counter()
        accepted = await connection.ask(request)
        assert accepted.status == 202, accepted.raw
        answer = await connection.ask(place.events(accepted), marker=b"event: delta")
        assert answer.seen and b"event: succeeded" in answer.raw, answer.raw
        return (answer.seen - begun) * 1000

    return one


def streamed_directly(place: Place, user: str) -> One:
    """The same stream from the upstream itself."""
    request = place.direct(user, stream=True)

    async def one(connection: Connection) -> float:
        begun = perf_counter()
        answer = await connection.ask(request, marker=b'"content"')
        assert answer.seen and b"[DONE]" in answer.raw, answer.raw
        return (answer.seen - begun) * 1000

    return one


def chat(place: Place) -> One:
    """A chat completion, as OpenAI's clients ask for it."""
    request = place.chat()

    async def one(connection: Connection) -> float:
        return await timed(connection, request)

    return one


def chat_streamed(place: Place, user: str) -> One:
    """A streamed one; milliseconds to its first text."""
    request = place.chat(user, stream=True)

    async def one(connection: Connection) -> float:
        begun = perf_counter()
        answer = await connection.ask(request, marker=b'"content":')
        assert answer.seen and b"[DONE]" in answer.raw, answer.raw
        return (answer.seen - begun) * 1000

    return one


async def timed(connection: Connection, request: bytes) -> float:
    """Milliseconds of one chat completion."""
    begun = perf_counter()
    answer = await connection.ask(request)
    assert answer.status == 200 and b'"chat.completion"' in answer.raw, answer.raw
    return (perf_counter() - begun) * 1000
