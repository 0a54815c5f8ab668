"""The way back of one answer: its deltas as they come, and the whole, which says the same as they did."""

from collections.abc import Iterator
from typing import Any

from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Refused
from millrace.guard.answers import Manner, Passage
from millrace.guard.asking import text_of
from millrace.guard.filters import Filter, Outcome, Side, Watch
from millrace.guard.filters.filtering import Verdict
from millrace.guard.redaction import Mapping, Restorer, restore_body
from millrace.guard.repetition import Cutter
from millrace.guard.stock import Trimmer
from millrace.jobs.cut_short import cut_short, seen
from millrace.ledger.estimate import answers

#: A choice's text, whatever its endpoint calls it; and its thoughts, which fall into loops as well.
CONTENT, THOUGHTS = "content", ("reasoning_content", "reasoning")

#: A text of the answer: (choice, name), or (choice, "tool", index) for the arguments of a call.
Place = tuple[Any, ...]


class WayBack:
    """Feed it what an engine gives, in order."""

    def __init__(self, call: Call, mapping: Mapping | None, manner: Manner, rules: Filter | None) -> None:
        self._call = call
        self._mapping = mapping
        self._manner = manner
        self._rules = rules
        self._passages: dict[Place, Passage] = {}
        self._watches: dict[int, Watch] = {}
        self._deltas: list[Delta] = []
        self._cut: set[int] = set()

    @property
    def over(self) -> bool:
        """Whether nothing more of the answer can be told: each of its choices was cut."""
        return bool(self._cut) and len(self._cut) >= answers(self._call.body)

    def delta(self, delta: Delta) -> Iterator[Delta]:
        """What of it can go out now. Raises Refused where the tenant's filter finds something."""
        if delta.choice in self._cut:
            return
        if self._manner.cuts:
            self._deltas.append(delta)
        extra = self._extra(delta.choice, delta.extra) if delta.extra else None
        text = self._fed((delta.choice, CONTENT), delta.text)
        if text or extra:
            yield Delta(text, delta.choice, extra)

    def answer(self, answer: Answer) -> Iterator[Delta | Answer]:
        """What was held back, then the whole. Raises Refused where the tenant's filter finds something in it."""
        yield from self._rest()
        body = self._as_seen(answer.body) if self._cut and not self.over else answer.body
        body = restore_body(body, self._mapping) if self._mapping else body
        if not self._manner.lets_all_pass and isinstance(body.get("choices"), list):
            body = body | {"choices": [self._whole(at, each) for at, each in enumerate(body["choices"])]}
        if self._rules is not None:
            said = [choice.get("message") or choice for choice in body.get("choices") or ()]
            _judge(self._rules.check(text_of({"messages": said}), Side.ANSWER))
        yield Answer(body, answer.usage)

    def seen(self) -> Answer:
        """All that came, as the answer."""
        return seen(self._call, self._deltas)

    def _as_seen(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body of an answer that went on, with those choices as they were told that did not."""
        told = {choice["index"]: choice for choice in self.seen().body["choices"] if choice["index"] in self._cut}
        return body | {"choices": [told.get(each.get("index"), each) for each in body["choices"]]}

    def _whole(self, at: int, choice: Any) -> Any:
        """The choice with its texts as they were streamed, or would have been."""
        if not isinstance(choice, dict):
            return choice
        for field in (*THOUGHTS, CONTENT, "text"):
            message = choice.get("message")
            said = message if isinstance(message, dict) else choice
            place = (choice.get("index", at), CONTENT if field == "text" else field)
            if isinstance(said.get(field), str) and self._changes(place):
                passage = self._made(place[1], whole=True)
                made = {field: passage.feed(said[field]) + passage.end()}
                choice = choice | ({"message": message | made} if isinstance(message, dict) else made)
                choice |= cut_short(field, passage.loop) if passage.loop else {}
        return choice

    def _changes(self, place: Place) -> bool:
        """Whether a whole text may differ from what came. What was looked at while it streamed is not looked at again;
        thoughts that came to an end are left alone, for an answer follows."""
        streamed = self._passages.get(place)
        if streamed is not None and streamed.loop is not None:
            return True
        return place[1] == CONTENT and (streamed is None or self._manner.trims)

    def _rest(self) -> Iterator[Delta]:
        for place in sorted(self._passages, key=str):
            text = self._passages[place].end()
            self._judge(place[0])
            if text:
                yield _told(place, text)

    def _fed(self, place: Place, text: str) -> str:
        if not text:
            return text
        passage = self._passages.get(place) or self._passages.setdefault(place, self._made(place[1], choice=place[0]))
        text = passage.feed(text)
        if passage.loop is not None:
            self._cut.add(place[0])
        self._judge(place[0])
        return text

    def _made(self, name: str, choice: int = 0, *, whole: bool = False) -> Passage:
        """The passage of a text. One that is `whole` was restored before, and is judged with the rest of its answer."""
        manner, of_text = self._manner, name == CONTENT
        in_json = name == "tool" or (of_text and manner.in_json)
        before = [Restorer(self._mapping, in_json=in_json)] if self._mapping and not whole else []
        trimmer = [Trimmer()] if manner.trims and of_text else []
        cutter = Cutter(manner.spares) if manner.cuts and (of_text or name in THOUGHTS) else None
        watched = self._rules is not None and of_text and not whole
        return Passage([*before, *trimmer], cutter, [self._watch(choice)] if watched else [])

    def _watch(self, choice: int) -> Watch:
        assert self._rules is not None
        return self._watches.setdefault(choice, Watch(self._rules))

    def _judge(self, choice: int) -> None:
        watch = self._watches.get(choice)
        if watch is not None:
            _judge(watch.verdict)

    def _extra(self, choice: int, extra: dict[str, Any]) -> dict[str, Any]:
        found = {
            name: self._fed((choice, name), value) if isinstance(value, str) else value for name, value in extra.items()
        }
        if self._mapping and isinstance(extra.get("tool_calls"), list):
            found["tool_calls"] = [self._tool_call(choice, piece) for piece in extra["tool_calls"]]
        return found

    def _tool_call(self, choice: int, piece: Any) -> Any:
        function = piece.get("function") if isinstance(piece, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("arguments"), str):
            return piece
        arguments = self._fed((choice, "tool", piece.get("index") or 0), function["arguments"])
        return piece | {"function": function | {"arguments": arguments}}


def _told(place: Place, text: str) -> Delta:
    """The delta of what was held back at a place."""
    choice, name = place[:2]
    if name == CONTENT:
        return Delta(text, choice)
    if name == "tool":
        return Delta("", choice, {"tool_calls": [{"index": place[2], "function": {"arguments": text}}]})
    return Delta("", choice, {name: text})


def _judge(verdict: Verdict) -> None:
    if verdict.outcome is Outcome.BLOCK:
        message = f"Your organisation's rule {verdict.rule!r} does not let this answer pass."
        raise Refused(message, code="content_filter")
