"""A comparison whose processes are killed: every call ends once, and its figures come all the same."""

from typing import Any

from tests.faults.books import books_balance
from tests.faults.strikes import supervised
from tests.machine import wait_for
from tests.platform import Platform

COMPARISONS = "/api/v1/comparisons"

#: Of two seconds each, so that some run and some wait.
WANTED = {"models": ["demo", "narrow"], "prompts": [{"id": "talk", "prompt": "Talk."}], "rounds": 4, "max_tokens": 100}

STRUCK = ("remote", "api", "sweep", "beat")

RUNNING = """
SELECT count(*) FROM comparison_calls c JOIN jobs j ON j.id = c.job WHERE c.comparison = %s AND j.state = 'running'
"""


def look(mill: Platform, id: str) -> dict[str, Any]:
    """Through the API process that is spared."""
    return mill.request("GET", f"{COMPARISONS}/{id}", process="api-2")[2]  # type: ignore[no-any-return]


def test_killed_workers_and_servers_cost_a_comparison_no_call(mill: Platform) -> None:
    status, _, started = mill.request("POST", COMPARISONS, WANTED)
    assert status == 202, started
    wait_for(lambda: mill.sql(RUNNING, started["id"][4:])[0][0] >= 5, 30, "its calls")
    # Supervised: a new worker for which nobody rings, since the sweep is not back yet, may end to be replaced.
    with supervised(mill, *STRUCK) as strike:
        for name in STRUCK:
            strike(name)
        wait_for(lambda: look(mill, started["id"])["status"] == "completed", 60, "its end")
    found = look(mill, started["id"])
    told = [(each["succeeded"], each["errors"], each["first_token"]["n"]) for each in found["figures"]]
    assert told == [(4, {}, 4)] * 2
    jobs = mill.request("GET", f"/api/v1/jobs?metadata[comparison]={started['id']}&limit=100")[2]["data"]
    assert len(jobs) == 8
    books_balance(mill, [job["id"] for job in jobs])
    assert max(job["attempt"] for job in jobs) >= 2, "none was struck: nothing was shown"


def test_a_cancel_that_was_interrupted_goes_on_by_itself(mill: Platform) -> None:
    started = mill.request("POST", COMPARISONS, WANTED | {"models": ["narrow"], "rounds": 20})[2]
    # As an API process leaves it that dies between its two statements.
    mill.sql("UPDATE comparisons SET cancel_requested = true WHERE id = %s", started["id"][4:])
    done = "SELECT 1 FROM comparisons WHERE id = %s AND outcome = 'cancelled'"
    wait_for(lambda: mill.sql(done, started["id"][4:]), 30, "its end")
