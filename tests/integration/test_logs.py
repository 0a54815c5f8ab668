"""Nothing secret and nothing personal reaches an application log: a full run at its most talkative."""

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import socketio

from tests.machine import wait_for
from tests.people import PASSWORD, Person, register
from tests.platform import Platform

#: A word of the prompt that the demo takes up in its answer.
MARKER = "ptarmiganlanternfold"

#: Where the requests come from, as a proxy of ours says.
ADDRESS = "203.0.113.77"

#: Not an application log: the embedded default's outgoing mail, for its owner's eyes alone.
NOT_LOGS = {"mail.log"}

FORWARDED = {"X-Forwarded-For": ADDRESS}


@pytest.fixture(scope="module")
def home() -> Iterator[Platform]:
    talkative = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json"}
    made = Platform(**talkative, TRUSTED_PROXIES="127.0.0.1", FLOWER_PASSWORD="a-flower-password")
    try:
        yield made.start("api", "remote", "sweep", "beat", "flower")
    finally:
        made.stop()


def logs(platform: Platform) -> dict[str, str]:
    found = platform.home.rglob("*.log")
    return {path.name: path.read_text(errors="replace") for path in found if path.name not in NOT_LOGS}


def provoke(platform: Platform, person: Person, key: dict[str, str]) -> list[str]:
    """All sorts of things going wrong; secrets and personal things that were sent meanwhile."""
    wrong = "mr_live_" + "Wr0ngKeyWr0ngKey" * 2
    for header in ({"Authorization": f"Bearer {wrong}"}, {"X-API-Key": wrong, "Authorization": ""}):
        assert platform.request("GET", "/api/v1/jobs", headers=FORWARDED | header)[0] == 401
    signing_in = {"email": person.email, "password": "wrong-" + PASSWORD}
    assert platform.request("POST", "/api/v1/auth/login", signing_in, FORWARDED | {"Authorization": ""})[0] == 401
    again = {"email": person.email, "password": PASSWORD}
    assert platform.request("POST", "/api/v1/auth/register", again, FORWARDED | {"Authorization": ""})[0] >= 400
    socket = socketio.Client(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        socket.connect(f"http://127.0.0.1:{platform.port}", auth={"token": wrong}, transports=["websocket"])
    broken_request(platform, person)
    broken_answer(platform, key)
    return [wrong, "wrong-" + PASSWORD]


def broken_request(platform: Platform, person: Person) -> None:
    """A bug of ours, with personal things in the statement that fails."""
    platform.sql("ALTER TABLE job_requests RENAME COLUMN metadata TO gone")
    try:
        query = f"metadata[email]={person.email}&metadata[note]={MARKER}"
        status, _, problem = platform.request("GET", f"/api/v1/jobs?{query}", headers=person.headers | FORWARDED)
        assert status == 500, problem
    finally:
        platform.sql("ALTER TABLE job_requests RENAME COLUMN gone TO metadata")


def broken_answer(platform: Platform, key: dict[str, str]) -> None:
    """The database refuses a settlement, and says what of it."""
    platform.sql("ALTER TABLE job_results ADD CONSTRAINT odd CHECK (output_tokens <> 7)")
    job = submit(platform, key, demo={"tokens": 7, "rate": 0})
    wait_for(lambda: "could not be written" in platform.log("remote"), 20, "a traceback of a worker")
    platform.sql("ALTER TABLE job_results DROP CONSTRAINT odd")
    wait_for(lambda: ended(platform, key, job), 30, job)


def submit(platform: Platform, headers: dict[str, str], **fields: Any) -> str:
    prompt = f"Tell me of {MARKER} and what it knows"
    return str(platform.submit(prompt, headers | FORWARDED, metadata={"who": "zoe@personal.example"}, **fields)["id"])


def ended(platform: Platform, headers: dict[str, str], job: str) -> bool:
    status, _, found = platform.request("GET", f"/api/v1/jobs/{job}", headers=headers)
    return status == 200 and found["status"] not in ("queued", "running")


def test_a_full_run_logs_no_secret_and_nobody(home: Platform) -> None:
    person = register(home)
    _, key = person.key()
    work = [
        submit(home, key, demo={"tokens": 30, "rate": 0}),
        submit(home, person.headers, demo={"tokens": 30, "rate": 0}),
        # The engine's message quotes the request; a retry; an outage.
        submit(home, key, demo={MARKER: 1}),
        submit(home, key, demo={"fail": "server_error", "tokens": 5}, max_attempts=2),
        submit(home, key, demo={"fail": "rate_limit", "fail_attempts": 0, "tokens": 5}),
    ]
    secrets = provoke(home, person, key)
    for job in work:
        wait_for(lambda job=job: ended(home, key, job), 40, job)
    answer = home.request("GET", f"/api/v1/jobs/{work[0]}/result", headers=key)[2]
    said = answer["choices"][0]["message"]["content"]
    assert MARKER in said

    written = logs(home)
    # What is looked for could be there: each process spoke, and two of them of failures, with tracebacks.
    assert {"api.log", "remote.log", "sweep.log", "postgres.log"} <= set(written)
    assert "unexpected error" in written["api.log"] and "UndefinedColumn" in written["api.log"]
    assert "Traceback" in written["remote.log"] and "attempt failed" in written["remote.log"]
    assert "does not exist" in written["postgres.log"]

    secrets += [home.key, key["Authorization"].split()[1], person.token, PASSWORD, "a-flower-password"]
    secrets += [(home.home / "master-key").read_text().strip()]
    personal = [person.email, person.email.split("@")[0], "zoe@personal", MARKER, said[:25], ADDRESS]
    for name, text in written.items():
        for hidden in secrets + personal:
            assert hidden not in text, f"{name} holds {hidden}"
        # The servers' own addresses stand in URLs; a client's does not.
        assert not re.search(r"(?<!//)127\.0\.0\.1", text), name
        assert not re.search(r"eyJ[\w-]+\.|mr_live_\w", text), name


def test_machines_can_read_every_line_of_the_api(home: Platform) -> None:
    lines = home.log("api").splitlines()
    assert lines and all(json.loads(line)["level"] for line in lines)


def test_what_nobody_caught_is_scrubbed_too(home: Platform) -> None:
    script = (
        "import threading; from millrace import telemetry; telemetry.configure()\n"
        "def fail(): raise ValueError('Bearer abcdefghijkl of zoe@personal.example')\n"
        "each = threading.Thread(target=fail); each.start(); each.join(); fail()"
    )
    made = home.spawn("-c", script, stderr=subprocess.PIPE, text=True)
    said = made.communicate(timeout=60)[1]
    assert said.count("ValueError") == 2 and "abcdefghijkl" not in said and "zoe" not in said
