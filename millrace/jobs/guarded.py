"""What stands between a run and its engine: redaction on the way out, on the way back restoring and a filter."""

from collections.abc import Callable, Iterator
from typing import Any

from millrace.catalog.catalog import Model
from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Refused
from millrace.guard import tenants
from millrace.guard.asking import text_of
from millrace.guard.filters import Filter, Outcome, Side, Watch
from millrace.guard.redaction import Mapping, PersonalData, Restorers, TooDeep, restore_body
from millrace.guard.tenants import TenantGuard

Items = Iterator[Delta | Answer]


def guarded(tenant: str, model: Model, call: Call, run: Callable[[Call], Items]) -> Items:
    """What `run(call)` gives, as the tenant lets it pass. Raises Refused besides."""
    guard = tenants.of(tenant)
    if guard.lets_all_pass:
        yield from run(call)
        return
    back = _Back(_redacted(guard, model, call), guard.filter, in_json=bool(call.body.get("response_format")))
    for item in run(call):
        yield from back.delta(item) if isinstance(item, Delta) else back.answer(item)


def _redacted(guard: TenantGuard, model: Model, call: Call) -> Mapping | None:
    """Take out of the call what must not leave; what it is restored with."""
    try:
        redacted = guard.redaction.apply(call.body, leaves=not model.private)
    except (PersonalData, TooDeep) as refused:
        raise Refused(refused.message, code=refused.code) from None
    if redacted is None:
        return None
    call.body = redacted.body
    return redacted.mapping


class _Back:
    """The way back of one answer."""

    def __init__(self, mapping: Mapping | None, rules: Filter | None, *, in_json: bool) -> None:
        self._mapping = mapping
        self._restorers = Restorers(mapping) if mapping else None
        self._rules = rules
        self._watches: dict[int, Watch] = {}
        self._in_json = in_json
        self._choices = {0}
        self._calls: set[tuple[int, int]] = set()

    def delta(self, delta: Delta) -> Iterator[Delta]:
        self._choices.add(delta.choice)
        text = self._restored((delta.choice, "content"), delta.text, self._in_json)
        extra = self._extra(delta.choice, delta.extra) if delta.extra else None
        text = self._watched(delta.choice, text)
        if text or extra:
            yield Delta(text, delta.choice, extra)

    def answer(self, answer: Answer) -> Iterator[Delta | Answer]:
        """What was held back, then the whole. Raises Refused where the tenant's filter finds something in it."""
        yield from self._rest()
        body = restore_body(answer.body, self._mapping) if self._mapping else answer.body
        if self._rules is not None:
            said = [choice.get("message") or choice for choice in body.get("choices") or ()]
            self._judge(self._rules.check(text_of({"messages": said}), Side.ANSWER))
        yield Answer(body, answer.usage)

    def _rest(self) -> Iterator[Delta]:
        for choice in sorted(self._choices):
            text = self._restorers.end((choice, "content")) if self._restorers else ""
            watch = self._watches.get(choice)
            if watch is not None:
                text = watch.feed(text) + watch.end()
                self._judge(watch.verdict)
            if text:
                yield Delta(text, choice)
        for choice, index in sorted(self._calls):
            rest = self._restorers.end((choice, "tool", index)) if self._restorers else ""
            if rest:
                yield Delta("", choice, {"tool_calls": [{"index": index, "function": {"arguments": rest}}]})

    def _restored(self, place: tuple[Any, ...], text: str, in_json: bool) -> str:
        return self._restorers.feed(place, text, in_json=in_json) if self._restorers and text else text

    def _watched(self, choice: int, text: str) -> str:
        if self._rules is None:
            return text
        watch = self._watches.get(choice) or self._watches.setdefault(choice, Watch(self._rules))
        text = watch.feed(text)
        self._judge(watch.verdict)
        return text

    def _extra(self, choice: int, extra: dict[str, Any]) -> dict[str, Any]:
        if self._restorers is None:
            return extra
        found = {
            name: self._restored((choice, name), value, False) if isinstance(value, str) else value
            for name, value in extra.items()
        }
        if isinstance(extra.get("tool_calls"), list):
            found["tool_calls"] = [self._call(choice, piece) for piece in extra["tool_calls"]]
        return found

    def _call(self, choice: int, piece: Any) -> Any:
        function = piece.get("function") if isinstance(piece, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("arguments"), str):
            return piece
        index = piece.get("index") or 0
        self._calls.add((choice, index))
        arguments = self._restored((choice, "tool", index), function["arguments"], True)
        return piece | {"function": function | {"arguments": arguments}}

    @staticmethod
    def _judge(verdict: Any) -> None:
        if verdict.outcome is Outcome.BLOCK:
            message = f"Your organisation's rule {verdict.rule!r} does not let this answer pass."
            raise Refused(message, code="content_filter")
