"""Assembling the whole answer from the chunks of a stream, and the deltas on the way."""

from typing import Any

from millrace.engines.answers.merging import merged, without_index
from millrace.engines.answers.usage import as_body, counted, estimated
from millrace.engines.engine import Answer, Delta, Usage
from millrace.engines.failures import Broken

#: Fields of a chunk that the whole answer does not have: `obfuscation` is padding.
NOT_KEPT = frozenset({"choices", "object", "obfuscation"})


class Choice:
    """One choice as far as it has come."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.rest: dict[str, Any] = {}
        self.logprobs: Any = None
        self.finish_reason: str | None = None
        self.beside: dict[str, Any] = {}

    def take(self, chunk: dict[str, Any]) -> None:
        """What a chunk's choice says beside its delta."""
        self.logprobs = merged(self.logprobs, chunk.get("logprobs"))
        self.finish_reason = chunk.get("finish_reason") or self.finish_reason
        known = ("index", "delta", "text", "logprobs", "finish_reason")
        self.beside |= {key: value for key, value in chunk.items() if key not in known and value is not None}

    def add(self, name: str, value: Any) -> None:
        """A field of a delta. Text is kept in pieces: adding up strings would cost the square of their length."""
        if isinstance(value, str) and name not in self.rest:
            self.texts.setdefault(name, []).append(value)
        else:
            self.rest[name] = merged(self.rest.get(name), value, name)

    def text(self, name: str = "content") -> str:
        return "".join(self.texts.get(name, ()))

    def size(self) -> int:
        """Bytes of what was generated, to estimate tokens by."""
        return sum(len(piece.encode("utf-8", "replace")) for pieces in self.texts.values() for piece in pieces) + (
            len(str(self.rest)) if self.rest else 0
        )


class Assembly:
    """Takes the chunks of one stream in order. `chat` or the older completions: they differ in where the text is."""

    def __init__(self, *, chat: bool) -> None:
        self._chat = chat
        self._head: dict[str, Any] = {}
        self._choices: dict[int, Choice] = {}
        self._usage: Any = None

    def add(self, chunk: dict[str, Any]) -> list[Delta]:
        """The deltas that a chunk brings. Raises Broken where it is none."""
        try:
            self._take_head(chunk)
            return [delta for choice in chunk.get("choices") or () if (delta := self._take(choice)) is not None]
        except (TypeError, ValueError, KeyError, AttributeError) as cause:
            raise Broken("The backend's stream cannot be read: a chunk is not in OpenAI's shape.") from cause

    @property
    def finished(self) -> bool:
        """Whether each choice has said why it ended."""
        return bool(self._choices) and all(choice.finish_reason for choice in self._choices.values())

    def answer(self, input_bytes: int) -> Answer:
        """The whole, as if it had not been streamed. Raises Broken where no choice came."""
        if not self._choices:
            raise Broken("The backend's stream ended without an answer.")
        usage = counted(self._usage)
        if usage is None:
            usage = estimated(input_bytes, sum(choice.size() for choice in self._choices.values()))
            self._usage = as_body(usage)
        return Answer(self._body(), usage)

    def _take_head(self, chunk: dict[str, Any]) -> None:
        for name, value in chunk.items():
            if name == "usage":
                self._usage = value or self._usage
            elif name not in NOT_KEPT and value is not None:
                self._head.setdefault(name, value)

    def _take(self, chunk: dict[str, Any]) -> Delta | None:
        choice = self._choices.setdefault(int(chunk.get("index") or 0), Choice())
        choice.take(chunk)
        delta = chunk.get("delta") or {} if self._chat else {"content": chunk.get("text")}
        extra: dict[str, Any] = {}
        for name, value in delta.items():
            if name == "role" or value in (None, "", []):
                continue
            choice.add(name, value)
            if name != "content":
                extra[name] = value
        if chunk.get("logprobs") is not None:
            extra["logprobs"] = chunk["logprobs"]
        text = _text(delta.get("content"))
        return Delta(text, int(chunk.get("index") or 0), extra or None) if text or extra else None

    def _body(self) -> dict[str, Any]:
        choices = [self._whole(index, choice) for index, choice in sorted(self._choices.items())]
        kind = "chat.completion" if self._chat else "text_completion"
        return {"id": "", "object": kind, **self._head, "choices": choices, "usage": self._usage}

    def _whole(self, index: int, choice: Choice) -> dict[str, Any]:
        ended = {"logprobs": choice.logprobs, "finish_reason": choice.finish_reason or "stop", **choice.beside}
        if not self._chat:
            return {"index": index, "text": choice.text(), **ended}
        message = {name: choice.text(name) for name in choice.texts if name != "content"} | choice.rest
        if "tool_calls" in message:
            message["tool_calls"] = without_index(message["tool_calls"])
        content = choice.text() or (None if message.get("tool_calls") or message.get("refusal") else "")
        return {"index": index, "message": {"role": "assistant", "content": content, **message}, **ended}


def gathered(deltas: list[Delta]) -> list[Delta]:
    """Neighbouring deltas of one choice as one, where they are only text: what came in one read goes on as one."""
    found: list[Delta] = []
    for delta in deltas:
        last = found[-1] if found else None
        if last and last.choice == delta.choice and last.extra is None and delta.extra is None:
            found[-1] = Delta(last.text + delta.text, last.choice)
        else:
            found.append(delta)
    return found


def usage_of(body: dict[str, Any], input_bytes: int, output_bytes: int, *, embeddings: bool = False) -> Usage:
    """The usage of a body that came whole; where it says none, an estimate is put into it."""
    usage = counted(body.get("usage"))
    if usage is None:
        usage = estimated(input_bytes, 0 if embeddings else output_bytes)
        body["usage"] = as_body(usage, embeddings=embeddings)
    return usage


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("the content of a delta is not text")
    return value
