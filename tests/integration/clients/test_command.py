"""The command `millrace`, as a person and as a script use it."""

import json
import os
import pty
import re
import signal
import stat
from pathlib import Path
from typing import Any

import pytest
from millrace_client import Millrace

from tests.integration.clients.conftest import Command
from tests.machine import free_port, wait_for
from tests.people import PASSWORD, Person

ESCAPE = "\x1b"


def lines(path: Path, count: int, **demo: Any) -> Path:
    """A file of requests."""
    body = {"model": "demo", "messages": [{"role": "user", "content": "hi"}], "demo": {"tokens": 3, "rate": 0} | demo}
    asked = {"method": "POST", "url": "/v1/chat/completions", "body": body}
    path.write_text("".join(json.dumps({"custom_id": f"l{n}"} | asked) + "\n" for n in range(count)))
    return path


def test_a_password_becomes_a_key_that_only_its_owner_can_read(tmp_path: Path, url: str, person: Person) -> None:
    millrace = Command(tmp_path)
    millrace.did("login", "--url", url, "--email", person.email, given=f"{PASSWORD}\n")
    kept = tmp_path / "millrace" / "config.toml"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert PASSWORD not in kept.read_text()
    assert json.loads(millrace.did("whoami", "--json"))["tenant"]["id"] == person.tenant
    key_id = re.search(r'key_id = "(key_\w+)"', kept.read_text())
    assert key_id
    assert Command(tmp_path, MILLRACE_URL="http://other.example")("whoami").returncode == 3
    millrace.did("logout")
    assert not kept.exists() and millrace("whoami").returncode == 3
    assert person.get(f"/api/v1/keys/{key_id[1]}")["revoked_at"]


def test_a_key_comes_from_a_file_or_a_pipe(tmp_path: Path, url: str, key: str) -> None:
    millrace = Command(tmp_path, MILLRACE_URL=url)
    (tmp_path / "key").write_text(f"{key}\n")
    millrace.did("login", "--key-file", str(tmp_path / "key"))
    millrace.did("login", "--key-file", "-", given=f"{key}\n")
    assert json.loads(millrace.did("quota", "--json"))["tier"]
    missing = millrace("login", "--key-file", "missing")
    assert missing.returncode == 1 and missing.stderr == "missing: No such file or directory\n"
    wrong = millrace("login", "--key-file", "-", given="mr_live_nobody\n")
    assert wrong.returncode == 3 and key in (tmp_path / "millrace" / "config.toml").read_text()


def test_an_answer_in_a_pipe_is_text_and_nothing_else(millrace: Command) -> None:
    said = millrace.did("run", "Say", "-", "--max-tokens", "8", given="something\n")
    assert said.strip() and ESCAPE not in said
    job = json.loads(millrace.did("run", "--json", "--max-tokens", "8", "hello"))
    assert job["status"] == "succeeded" and job["class"] == "interactive"
    text = job["result"]["choices"][0]["message"]["content"]
    assert millrace.did("jobs", "result", job["id"]).strip() == text.strip()
    assert millrace.did("jobs", "watch", job["id"]).strip() == text.strip()


READERS = (
    "models", "quota", "usage", "jobs ls", "batch ls", "files ls", "keys ls", "webhooks ls", "schedules ls", "whoami",
)  # fmt: skip


@pytest.mark.parametrize("command", READERS)
def test_whatever_is_shown_is_there_for_programs_too(millrace: Command, command: str) -> None:
    for_programs = millrace.inside(*command.split(), "--json")
    shown = millrace.inside(*command.split())
    assert json.loads(for_programs) is not None and shown.strip() and ESCAPE not in shown


def test_on_a_terminal_there_is_colour_and_nothing_that_a_model_could_steer(millrace: Command) -> None:
    millrace.did("run", "hello", "--max-tokens", "2")
    ours, theirs = pty.openpty()
    done = millrace.start("jobs", "ls", "-n", "1", stdout=theirs, stderr=theirs, stdin=theirs)
    assert done.wait(60) == 0
    os.close(theirs)
    assert ESCAPE in os.read(ours, 65536).decode()
    os.close(ours)


def test_exit_codes_say_what_happened(millrace: Command, tmp_path: Path, url: str) -> None:
    def code(*arguments: str, **environment: str) -> int:
        return Command(tmp_path, **(millrace.environment | environment))(*arguments).returncode

    assert code("run", "hi", "--model", "nobody") == 1
    assert code("run") == 2
    assert code("batch", "submit", "not-there.jsonl") == 2
    assert code("whoami", MILLRACE_API_KEY="wrong") == 3
    assert code("jobs", "show", "job_nobody") == 4
    (tmp_path / "empty.jsonl").write_text("not json\n")
    assert code("batch", "quote", "empty.jsonl") == 1


def test_a_server_that_is_away_is_said_in_two_lines(tmp_path: Path) -> None:
    done = Command(tmp_path, MILLRACE_URL=f"http://127.0.0.1:{free_port()}", MILLRACE_API_KEY="key")("whoami")
    assert done.returncode == 6 and done.stderr.count("\n") == 2 and "MILLRACE_URL" in done.stderr


def test_ctrl_c_cancels_what_was_asked(millrace: Command, client: Millrace) -> None:
    before = client.jobs.list(limit=1)["data"][0]["id"] if client.jobs.list(limit=1)["data"] else None
    asked = millrace.start("run", "a long story", "--max-tokens", "4000", preexec_fn=_hears)
    wait_for(lambda: _newest(client) not in (None, before), 30, "the job")
    job = _newest(client)
    assert job
    wait_for(lambda: client.jobs.get(job)["status"] == "running", 30, "running")
    asked.send_signal(signal.SIGINT)
    wrong = asked.communicate(timeout=30)[1]
    assert asked.returncode == 130 and f"millrace jobs show {job}" in wrong and "Traceback" not in wrong
    assert client.jobs.wait(job)["status"] == "cancelled"


def _newest(client: Millrace) -> str | None:
    found = client.jobs.list(limit=1)["data"]
    return found[0]["id"] if found else None


def _hears() -> None:
    """A shell in the background leaves its children deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_a_batch_from_a_file_to_a_file(millrace: Command, tmp_path: Path) -> None:
    lines(tmp_path / "in.jsonl", 3)
    quoted = json.loads(millrace.did("batch", "quote", "in.jsonl", "--json"))
    assert quoted["status"] == "quoted"
    shown = millrace.did("batch", "start", quoted["id"], "--watch")
    assert shown == quoted["id"] + "\n"
    assert millrace.did("batch", "download", quoted["id"], "-o", "out.jsonl") == "out.jsonl\n"
    ids = [json.loads(line)["custom_id"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert ids == ["l0", "l1", "l2"]
    assert len(millrace.did("batch", "download", quoted["id"], "-o", "-").splitlines()) == 3
    assert "custom_id" in (tmp_path / millrace.did("batch", "download", quoted["id"], "-f", "csv").strip()).read_text()
    assert "3 of 3 answered" in millrace.inside("batch", "show", quoted["id"])
    assert any(row.split()[:2] == [quoted["id"], "completed"] for row in millrace.inside("batch", "ls").splitlines())


def test_a_batch_that_did_not_go_well_says_how_to_go_on(millrace: Command, tmp_path: Path) -> None:
    lines(tmp_path / "in.jsonl", 2, fail="bad_request")
    done = millrace("batch", "submit", "in.jsonl", "--watch")
    id = done.stdout.strip()
    assert done.returncode == 1 and f"millrace batch retry-failed {id}" in done.stderr and ESCAPE not in done.stderr
    again = json.loads(millrace.did("batch", "retry-failed", id, "--json"))
    assert again["retry_of"] == id


def test_a_batch_is_paused_resumed_and_cancelled(millrace: Command, client: Millrace, tmp_path: Path) -> None:
    lines(tmp_path / "in.jsonl", 2, fail="hang")
    id = millrace.did("batch", "submit", "in.jsonl").strip()
    wait_for(lambda: client.batches.get(id)["status"] == "in_progress", 30, "in progress")
    assert json.loads(millrace.did("batch", "pause", id, "--json"))["paused"]
    assert not json.loads(millrace.did("batch", "resume", id, "--json"))["paused"]
    assert "--yes" in millrace("batch", "cancel", id).stderr
    millrace.did("batch", "cancel", id, "--yes")
    assert client.batches.wait(id)["status"] == "cancelled"


def test_files_and_keys(millrace: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    id = millrace.did("files", "upload", "notes.txt", "--purpose", "user_data").strip()
    there = millrace("files", "download", id)
    assert there.returncode == 1 and "--output" in there.stderr
    millrace.did("files", "download", id, "-o", "again.txt")
    assert (tmp_path / "again.txt").read_text() == "notes"
    millrace.did("files", "rm", id)
    made = json.loads(millrace.did("keys", "create", "nightly", "--scope", "jobs:read", "--days", "1", "--json"))
    assert made["scopes"] == ["jobs:read"]
    millrace.did("keys", "revoke", made["id"], "--yes")


def test_a_schedule_runs_when_asked_and_says_so(millrace: Command, client: Millrace, tmp_path: Path) -> None:
    made = millrace.did("schedules", "create", "News", "--cron", "30 6 * * MON-FRI", "--prompt", "What is new?").strip()
    assert made in millrace.inside("schedules", "ls")
    assert "30 6 * * MON-FRI UTC" in millrace.inside("schedules", "show", made)
    assert json.loads(millrace.inside("schedules", "pause", made, "--json"))["paused"] is True
    millrace.inside("schedules", "run", made)
    wait_for(lambda: client.schedules.runs(made)["data"][0]["job_id"], 30, "its job")
    job = client.schedules.runs(made)["data"][0]["job_id"]
    assert job and job in millrace.inside("schedules", "runs", made) and client.jobs.wait(job)["status"] == "succeeded"
    assert "next 20" in millrace.inside("schedules", "resume", made)
    lines(tmp_path / "in.jsonl", 2)
    file = ("--file", "in.jsonl", "--json")
    nightly = json.loads(millrace.did("schedules", "create", "Nightly", "--every", "1d", *file))
    assert nightly["every_seconds"] == 86_400 and nightly["batch"]["input"]["file_id"].startswith("file_")
    (tmp_path / "wrong.json").write_text("{")
    wrong = [("--every", "soon", "--prompt", "x"), ("--every", "1d", "--from", "wrong.json"), ("--every", "1d")]
    for options in wrong:
        done = millrace("schedules", "create", "x", *options)
        assert done.returncode == 2 and "Traceback" not in done.stderr
    for each in (made, nightly["id"]):
        assert "deleted" in millrace.inside("schedules", "rm", each, "--yes")
    assert millrace("schedules", "show", made).returncode == 4


def test_a_conversation_remembers(millrace: Command, client: Millrace) -> None:
    said = millrace.did("chat", "--system", "Short.", given="one\ntwo\n/new\n/quit\n")
    assert len(said.strip().splitlines()) >= 2 and ESCAPE not in said


def test_completion_is_there(millrace: Command) -> None:
    shell = {"_MILLRACE_COMPLETE": "complete_bash", "COMP_WORDS": "millrace ba", "COMP_CWORD": "1"}
    asked = Command(millrace.home, **millrace.environment | shell)
    assert "batch" in asked("--help").stdout
