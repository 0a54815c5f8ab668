"""What every engine promises (millrace/engines/engine.py), tried on each with something real at the other end."""

import threading
from typing import Any

import pytest

from millrace.engines.engine import Answer, Call, Deadlines, Delta
from millrace.engines.failures import Aborted, Broken, Failure, Refused, TimedOut, Unavailable
from tests.integration.engines.conftest import Backend

CHAT, COMPLETIONS, EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"
MESSAGES = [{"role": "user", "content": "What does a millrace do?"}]

streaming = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


def call(backend: Backend, behaviour: str = "", *, stream: bool = True, **fields: Any) -> Call:
    deadlines = fields.pop("deadlines", Deadlines())
    body: dict[str, Any] = {"messages": MESSAGES, "max_tokens": 5, "temperature": 0.5}
    if behaviour:
        if behaviour not in backend.behaviours:
            pytest.skip(f"this backend cannot be made to: {behaviour}")
        body |= backend.behaviours[behaviour]
        if behaviour in ("slow", "hang_mid") and body["max_tokens"] == 5:
            del body["max_tokens"]
    return Call(fields.pop("endpoint", CHAT), body | fields, backend.model, stream, deadlines)


def ran(backend: Backend, asked: Call) -> tuple[list[Delta], Answer]:
    *deltas, answer = backend.engine.run(asked)
    assert isinstance(answer, Answer)
    assert all(isinstance(delta, Delta) for delta in deltas)
    return [delta for delta in deltas if isinstance(delta, Delta)], answer


def said(answer: Answer) -> str:
    choice = answer.body["choices"][0]
    text: str = choice["message"]["content"] if "message" in choice else choice["text"]
    return text


@pytest.mark.parametrize("asked", [{}, {"endpoint": COMPLETIONS, "prompt": "Water"}], ids=["chat", "completions"])
def test_the_deltas_are_the_answer(backend: Backend, asked: dict[str, Any]) -> None:
    deltas, answer = ran(backend, call(backend, max_tokens=40, **asked))
    assert "".join(delta.text for delta in deltas) == said(answer)
    assert said(answer)
    assert answer.body["choices"][0]["finish_reason"] in ("stop", "length")
    assert answer.body["object"] == ("text_completion" if asked else "chat.completion")


@pytest.mark.parametrize("asked", [{}, {"endpoint": COMPLETIONS, "prompt": "Water"}], ids=["chat", "completions"])
def test_a_whole_answer_has_no_deltas(backend: Backend, asked: dict[str, Any]) -> None:
    deltas, answer = ran(backend, call(backend, stream=False, max_tokens=40, **asked))
    assert deltas == []
    assert said(answer)


@streaming
def test_usage_is_counted(backend: Backend, stream: bool) -> None:
    _, answer = ran(backend, call(backend, stream=stream))
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens == 5
    assert not answer.usage.estimated
    assert answer.body["usage"]["total_tokens"] == answer.usage.input_tokens + 5


@streaming
def test_a_cut_line_ends_the_call_and_the_backends_work(backend: Backend, stream: bool) -> None:
    asked = call(backend, "slow", stream=stream)
    ended: list[Any] = []

    def work() -> None:
        try:
            ended.extend(item for item in backend.engine.run(asked) if isinstance(item, Answer))
        except Failure as failure:
            ended.append(failure)

    worker = threading.Thread(target=work)
    worker.start()
    assert backend.working()
    asked.line.cut()
    worker.join(5)
    assert [type(item) for item in ended] == [Aborted]
    assert backend.deserted()


def test_a_line_that_was_cut_before_starts_nothing(backend: Backend) -> None:
    asked = call(backend)
    asked.line.cut()
    with pytest.raises(Aborted):
        ran(backend, asked)


@streaming
def test_the_first_byte_has_a_deadline(backend: Backend, stream: bool) -> None:
    _times_out(backend, call(backend, "hang", stream=stream, deadlines=Deadlines(first_byte=0.1)), "nothing in 0.1 s")


def test_silence_has_a_deadline(backend: Backend) -> None:
    _times_out(backend, call(backend, "hang_mid", deadlines=Deadlines(idle=0.1)), "silent for 0.1 s")


@streaming
def test_the_whole_call_has_a_deadline(backend: Backend, stream: bool) -> None:
    _times_out(backend, call(backend, "slow", stream=stream, deadlines=Deadlines(total=0.2)), "longer than 0.2 s")


def _times_out(backend: Backend, asked: Call, words: str) -> None:
    with pytest.raises(TimedOut, match=words):
        ran(backend, asked)


def test_a_vector_for_each_text(backend: Backend) -> None:
    asked = call(backend, stream=False, endpoint=EMBEDDINGS, input=["one", "two"])
    if backend.embedder is None:
        with pytest.raises(Refused, match="no embeddings"):
            list(backend.engine.run(asked))
        return
    *deltas, answer = backend.embedder.run(asked)
    assert deltas == [] and isinstance(answer, Answer)
    assert [item["index"] for item in answer.body["data"]] == [0, 1]
    assert all(isinstance(number, float) for item in answer.body["data"] for number in item["embedding"])
    assert answer.usage.input_tokens > 0 and answer.usage.output_tokens == 0


@streaming
def test_a_refused_connection_is_an_outage(backend: Backend, stream: bool) -> None:
    with pytest.raises(Unavailable):
        list(backend.unreachable.run(call(backend, stream=stream)))


@streaming
def test_a_bad_request_is_refused(backend: Backend, stream: bool) -> None:
    with pytest.raises(Refused) as refused:
        ran(backend, call(backend, "bad", stream=stream))
    assert "messages" in refused.value.message


@pytest.mark.parametrize("behaviour", ["torn", "garbage"])
@streaming
def test_what_breaks_off_or_cannot_be_read_is_broken(backend: Backend, behaviour: str, stream: bool) -> None:
    with pytest.raises(Broken) as broken:
        ran(backend, call(backend, behaviour, stream=stream))
    assert not isinstance(broken.value, TimedOut)


HOSTILE: list[Any] = [None, True, 10**400, -1, 0.5, "", "x" * 9000, [], [[]], [None], {}, {"a": {"b": []}}]


@pytest.mark.parametrize("name", ["messages", "max_tokens", "stop", "n", "seed", "response_format", "tools", "demo"])
def test_hostile_fields_end_in_an_answer_or_a_failure(backend: Backend, name: str) -> None:
    for value in HOSTILE:
        asked = call(backend, stream=False, deadlines=Deadlines(total=0.1))
        asked.body[name] = value
        try:
            ran(backend, asked)
        except Failure as failure:
            assert failure.message


def test_calls_run_side_by_side(backend: Backend) -> None:
    answers: list[tuple[list[Delta], Answer]] = []
    workers = [threading.Thread(target=lambda: answers.append(ran(backend, call(backend)))) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert ["".join(delta.text for delta in deltas) for deltas, _ in answers] == [said(one) for _, one in answers]
    assert len(answers) == 6


def test_it_lists_its_models(backend: Backend) -> None:
    assert all(isinstance(name, str) for name in backend.engine.models()) and backend.engine.models()
