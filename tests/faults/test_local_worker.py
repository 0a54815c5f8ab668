"""Workers of a local pool: prefork, so a parent that Celery runs, and a child for each slot."""

import psutil

from millrace import ids as identifiers
from tests.fakes.openai_server import OpenAIServer
from tests.faults.books import account, all_end, books_balance, outcomes
from tests.faults.reader import Reader
from tests.faults.strikes import bring_back, children, ends_warmly
from tests.machine import wait_for
from tests.platform import Platform


def _submit(forked: Platform, prompt: str, tokens: int, rate: int = 20) -> str:
    return str(forked.submit(prompt, demo={"tokens": tokens, "rate": rate}, body={"model": "forked"})["id"])


def _child_of(forked: Platform, id: str, attempt: int) -> int:
    """The process that runs this attempt, once one does."""
    statement = """
        SELECT p.pid FROM jobs j JOIN processes p ON p.id = j.process
        WHERE j.id = %s AND j.state = 'running' AND j.attempt = %s
    """
    found: list[tuple[int]] = []
    wait_for(lambda: found.extend(forked.sql(statement, identifiers.parse("job", id), attempt)) or found, 30, id)
    return found[0][0]


def test_a_job_that_kills_its_process_each_time_is_poison_and_its_neighbour_hears_nothing(forked: Platform) -> None:
    poison = _submit(forked, "poison", 2000)
    neighbour = _submit(forked, "neighbour", 120, 40)
    reader = Reader(forked, neighbour).has_text()
    for attempt in range(1, 5):
        psutil.Process(_child_of(forked, poison, attempt)).kill()
    ended = forked.finished(poison)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "poison")
    assert account(forked, poison)["deaths"] == 3
    later = _submit(forked, "later", 10)
    all_end(forked, [neighbour, later])
    books_balance(forked, [poison, neighbour, later], [reader])
    assert (account(forked, neighbour)["attempt"], account(forked, neighbour)["deaths"]) == (1, 0)


def test_children_of_a_killed_parent_end_and_their_jobs_run_elsewhere(forked: Platform) -> None:
    jobs = [_submit(forked, f"long {n}", 40) for n in range(2)]
    waiting = _submit(forked, "waiting", 10)
    readers = [Reader(forked, id).has_text() for id in jobs]
    family = children(forked, "local")
    forked.kill("local")
    gone, left = psutil.wait_procs(family, timeout=10)
    assert gone
    assert not left, left
    bring_back(forked, "local")
    all_end(forked, [*jobs, waiting])
    books_balance(forked, [*jobs, waiting], readers)
    assert [account(forked, id)["attempt"] for id in jobs] == [2, 2]
    assert account(forked, waiting)["attempt"] == 1


def test_a_local_worker_told_to_stop_hands_its_jobs_back_without_a_death(
    forked: Platform, upstream: OpenAIServer
) -> None:
    upstream.defaults = {"tokens": 1200, "interval_ms": 50}
    jobs = [forked.submit(f"long {n}", body={"model": "forked-upstream"})["id"] for n in range(2)]
    readers = [Reader(forked, id).has_text() for id in jobs]
    upstream.defaults = {"tokens": 20}
    family = children(forked, "local")
    assert ends_warmly(forked, "local") == 0
    assert not psutil.wait_procs(family, timeout=1)[1]
    bring_back(forked, "local-2")
    all_end(forked, jobs)
    books_balance(forked, jobs, readers)
    assert [outcomes(forked, id) for id in jobs] == [["handed_back"]] * 2
    assert [account(forked, id)["deaths"] for id in jobs] == [0, 0]
