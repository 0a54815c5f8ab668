# Made by unasync.py: change aio/ and run it again.
"""The short way: a prompt in, text out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from millrace_client.blocking.jobs import Jobs
from millrace_client.errors import JobFailed
from millrace_client.request import given
from millrace_client.shapes import Job
from millrace_client.transcript import ENDS, Update

Prompt = str | Sequence[Mapping[str, Any]]

#: Seconds for which the first request stays on the line; the events bring what takes longer.
WAIT = 20


def answered(jobs: Jobs, body: Mapping[str, Any], timeout: float | None) -> tuple[Job, dict[str, Any]]:
    """The job and its answer. Raises JobFailed, TimedOut."""
    wait = WAIT if timeout is None else max(1, min(WAIT, int(timeout)))
    job = jobs.submit(body, wait=wait)
    if job["status"] not in ENDS:
        job = jobs.wait(job["id"], timeout=timeout)
    if job["status"] != "succeeded":
        raise JobFailed(job)
    return job, job.get("result") or jobs.result(job["id"])


def streamed(jobs: Jobs, body: Mapping[str, Any], timeout: float | None) -> Iterator[Update]:
    """The text as it grows. Raises JobFailed, TimedOut."""
    job = jobs.submit(body)
    for update in jobs.text(job["id"], timeout=timeout):
        yield update


def chat(prompt: Prompt, model: str, max_tokens: int | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a chat completion. `prompt`: what the user says, or messages."""
    messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)
    return given(model=model, messages=messages, max_tokens=max_tokens) | dict(more)


def text_of(answer: Mapping[str, Any]) -> str:
    """What the first choice says."""
    return str(answer["choices"][0]["message"].get("content") or "")
