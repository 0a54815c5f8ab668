"""An answer on its way back from an engine: what streamed is what is kept, and a loop ends the call."""

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from millrace.engines.answers.assembly import Assembly
from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Refused
from millrace.guard import tenants
from millrace.guard.answers import AnswerPolicy, Loops, Stock
from millrace.guard.filters import Filter, parsed
from millrace.guard.redaction import Policy, When
from millrace.guard.tenants import TenantGuard
from millrace.jobs.guarded import guarded

LEAD = "A water wheel turns because the weight of the water pulls one side down.\n"
LOOP = [LEAD, *["The miller sleeps. "] * 400]
OFF = AnswerPolicy(Loops.OFF, Stock.OFF)
MODEL: Any = SimpleNamespace(name="m", private=True)


class Thought(str):
    """A piece of what a model thinks."""


THOUGHTS = list(map(Thought, LOOP))


class Engine:
    """Says those pieces in each choice, turn by turn; `asked` is what it was asked, `said` how far it came."""

    def __init__(self, *choices: Sequence[str]) -> None:
        self._choices, self.said = choices, 0

    def run(self, call: Call) -> Iterator[Delta | Answer]:
        self.asked = call.body
        whole = Assembly(chat=True)
        for place in range(max(map(len, self._choices))):
            self.said = place + 1
            for choice, pieces in enumerate(self._choices):
                for text in pieces[place : place + 1]:
                    said = {"reasoning_content" if isinstance(text, Thought) else "content": str(text)}
                    for delta in whole.add({"choices": [{"index": choice, "delta": said}]}):
                        if call.stream:
                            yield delta
        whole.add({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 900}})
        yield whole.answer(0)


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> Any:
    def given(**fields: Any) -> None:
        monkeypatch.setattr(tenants, "of", lambda _: TenantGuard(**fields))

    given()
    return given


def ask(engine: Engine, *, stream: bool = True, prompt: str = "What is a mill?", **body: Any) -> Any:
    """(what was streamed by choice, the answer, the call)."""
    messages = [{"role": "user", "content": prompt}]
    call = Call("/v1/chat/completions", {"messages": messages, **body}, "m", stream)
    *deltas, answer = guarded("t", MODEL, call, engine.run)
    texts: dict[int, str] = {}
    for delta in deltas:
        texts[delta.choice] = texts.get(delta.choice, "") + delta.text
    return texts, answer, call


def content(answer: Answer, choice: int = 0) -> str:
    said: str = answer.body["choices"][choice]["message"]["content"]
    return said


def test_a_loop_ends_the_call_and_is_told_to_have_been_cut(guard: Any) -> None:
    engine = Engine(LOOP)
    texts, answer, call = ask(engine)
    choice = answer.body["choices"][0]
    assert engine.said < 60 and call.line.cut_off
    assert texts[0] == content(answer) and texts[0].startswith(LEAD) and len(texts[0]) < 900
    assert choice["finish_reason"] == "length"
    cut = choice["millrace"]["cut"]
    assert cut["reason"] == "loop" and texts[0][: cut["repeats_at"]] == LEAD + LOOP[1]
    # Nobody counted: it is what came, and says that it is an estimate.
    assert answer.usage.estimated and 150 < answer.usage.output_tokens < 300 and answer.usage.input_tokens > 0
    assert answer.body["usage"]["estimated"] is True


def test_a_whole_answer_is_cut_at_the_same_place_with_the_count_of_its_backend(guard: Any) -> None:
    streamed, (_, whole, call) = ask(Engine(LOOP))[1], ask(Engine(LOOP), stream=False)
    assert content(whole) == content(streamed) and not call.line.cut_off
    assert whole.body["choices"][0]["millrace"] == streamed.body["choices"][0]["millrace"]
    assert whole.usage.output_tokens == 900 and not whole.usage.estimated


def test_of_several_choices_each_is_cut_by_itself_and_the_call_ends_with_the_last(guard: Any) -> None:
    sound = [f"Step {n * n} is another. " for n in range(100)]
    texts, answer, call = ask(Engine(LOOP, sound), n=2)
    assert not call.line.cut_off and answer.usage.output_tokens == 900
    assert texts == {0: content(answer, 0), 1: "".join(sound)} and content(answer, 1) == texts[1]
    assert [each["finish_reason"] for each in answer.body["choices"]] == ["length", "stop"]
    engine = Engine(LOOP, ["", *LOOP[1:]])
    texts, answer, call = ask(engine, n=2)
    assert call.line.cut_off and engine.said < 60 and texts == {0: content(answer, 0), 1: content(answer, 1)}


def test_thoughts_that_go_round_end_the_call_too(guard: Any) -> None:
    engine = Engine(["Well. ", *THOUGHTS])
    texts, answer, call = ask(engine)
    choice = answer.body["choices"][0]
    assert call.line.cut_off and engine.said < 60 and texts == {0: "Well. "} and content(answer) == "Well. "
    assert choice["finish_reason"] == "length" and choice["millrace"]["cut"]["field"] == "reasoning_content"
    assert choice["message"]["reasoning_content"].startswith(LEAD)
    # Of several choices that one is kept as it was told, though it came to an end where nobody heard it.
    texts, answer, call = ask(Engine([*THOUGHTS, "Finally."], ["Yes."]), n=2)
    assert not call.line.cut_off and texts == {0: "", 1: "Yes."} and content(answer) == ""
    # Thoughts of a whole answer have come to an end already, and what they came to stands there.
    _, answer, _ = ask(Engine([*THOUGHTS, "Finally."]), stream=False)
    assert answer.body["choices"][0]["message"]["reasoning_content"] == "".join(LOOP)
    assert content(answer) == "Finally." and answer.body["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("asked", [
    {"prompt": "Say it 400 times."}, {"guard": {"loops": "off"}}, {"response_format": {"type": "json_object"}},
    {"logprobs": True},
])  # fmt: skip
def test_what_was_asked_for_is_not_cut(guard: Any, asked: dict[str, Any]) -> None:
    engine = Engine(LOOP)
    texts, answer, call = ask(engine, **asked)
    assert texts[0] == "".join(LOOP) == content(answer) and not call.line.cut_off
    assert "guard" not in engine.asked


def test_stock_phrases_go_where_it_is_wished_and_a_loop_within_them_is_cut(guard: Any) -> None:
    said = ["Certainly! ", "Here is the answer:", "\n\n", LEAD, "I hope this", " helps!"]
    texts, answer, _ = ask(Engine(said), guard={"stock": "trim"})
    assert texts[0] == content(answer) == LEAD.strip()
    assert content(ask(Engine(said), stream=False, guard={"stock": "trim"})[1]) == LEAD.strip()
    assert ask(Engine(said))[0][0] == "".join(said)
    texts, answer, call = ask(Engine(["Certainly! ", *LOOP]), guard={"stock": "trim"})
    assert call.line.cut_off and texts[0] == content(answer) and texts[0].startswith(LEAD)


def test_all_of_it_at_once_restored_trimmed_cut_and_watched(guard: Any) -> None:
    rules = Filter(parsed([{"kind": "words", "name": "w", "words": ["bluebird"], "side": "answer"}]))
    guard(redaction=Policy(When.ALWAYS), filter=rules, answers=AnswerPolicy(stock=Stock.TRIM))
    said = ["Certainly! ", "Write to <EMA", "IL_1>. ", *["Write to <EMAIL_1>. "] * 100]
    engine = Engine(said)
    texts, answer, call = ask(engine, prompt="ann.miller@example.com?")
    assert "ann.miller" not in str(engine.asked) and call.line.cut_off
    assert texts[0] == content(answer) and texts[0].startswith("Write to ann.miller@example.com. Write to ann")
    # What the filter looks for comes after the cut: a reader never sees it. Before it, nobody sees the rest.
    assert ask(Engine([*LOOP, "bluebird"]))[2].line.cut_off
    blocked = Engine(["Of the blue", "bird. ", *LOOP])
    with pytest.raises(Refused) as refused:
        ask(blocked)
    assert refused.value.code == "content_filter" and blocked.said < 10


def test_where_nothing_is_on_the_engines_own_items_pass(guard: Any) -> None:
    guard(answers=OFF)
    engine = Engine(LOOP)
    items = list(engine.run(Call("/v1/chat/completions", {}, "m", True)))
    call = Call("/v1/chat/completions", {"messages": []}, "m", True)
    assert all(a is b for a, b in zip(guarded("t", MODEL, call, lambda _: iter(items)), items, strict=True))
