"""The `llm` command, unmodified: our models in its extra-openai-models.yaml, our key among its keys."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform import Platform

MODELS = """
- model_id: mill
  model_name: demo
  api_base: http://127.0.0.1:{port}/v1
  api_key_name: millrace
- model_id: nobody
  model_name: gpt-none
  api_base: http://127.0.0.1:{port}/v1
  api_key_name: millrace
"""


class Llm:
    """The command, with a home of its own."""

    def __init__(self, home: Path, mill: Platform) -> None:
        self._env = os.environ | {"LLM_USER_PATH": str(home), "LLM_LOAD_PLUGINS": ""}
        (home / "extra-openai-models.yaml").write_text(MODELS.format(port=mill.port))
        (home / "keys.json").write_text(json.dumps({"millrace": mill.key}))

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "llm", *arguments]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=self._env, text=True, bufsize=0, **pipes)  # type: ignore[call-overload, no-any-return]

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.begin(*arguments)
        out, errors = process.communicate(timeout=60)
        return process.returncode, out, errors


@pytest.fixture
def llm(tmp_path: Path, mill: Platform) -> Iterator[Llm]:
    yield Llm(tmp_path, mill)


def test_a_prompt_whole_streamed_and_gone_on_with(llm: Llm, mill: Platform) -> None:
    code, whole, errors = llm.run("-m", "mill", "--no-stream", "-u", "-s", "Be brief.", "Tell me about mills")
    assert code == 0 and whole.strip(), errors
    # The tokens that it tells are the job's.
    job = mill.request("GET", "/api/v1/jobs?limit=1")[2]["data"][0]
    assert f"{job['usage']['input_tokens']} input, {job['usage']['output_tokens']} output" in errors
    code, streamed, errors = llm.run("-m", "mill", "-s", "Be brief.", "Tell me about mills")
    assert code == 0 and streamed == whole, errors
    code, more, errors = llm.run("-c", "And about wheels?")
    assert code == 0 and more.strip() != whole.strip(), errors


def test_it_shows_the_text_as_it_comes(llm: Llm) -> None:
    process = llm.begin("-m", "mill", "-o", "max_tokens", "400", "Tell me about mills")
    assert process.stdout
    first = process.stdout.read(20)
    assert len(first) == 20 and process.poll() is None, "it came at once"
    process.terminate()
    process.communicate(timeout=10)


def test_what_goes_wrong_it_says_in_our_words(llm: Llm) -> None:
    code, _, errors = llm.run("-m", "nobody", "hello")
    assert code != 0 and "gpt-none" in errors
    code, _, errors = llm.run("-m", "mill", "--key", "mr_live_wrong", "hello")
    assert code != 0 and "API key" in errors
