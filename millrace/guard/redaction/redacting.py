"""Takes personal data out of one text."""

from collections.abc import Collection
from dataclasses import dataclass, field

from millrace.guard.redaction.mapping import Mapping
from millrace.guard.redaction.span import spans


@dataclass(frozen=True)
class Redacted:
    """A text without what was found in it, and how to put that back."""

    text: str
    mapping: Mapping = field(repr=False)


def redact(text: str, classes: Collection[str] | None = None, mapping: Mapping | None = None) -> Redacted:
    """The text with placeholders. `classes`: None for the usual ones. `mapping`: that of the texts before, in one
    request; whoever gives one has reserved the placeholders in all of them.
    """
    if mapping is None:
        mapping = Mapping()
        mapping.reserve(text)
    return Redacted(replaced(text, classes, mapping), mapping)


def replaced(text: str, classes: Collection[str] | None, mapping: Mapping, label: str = "") -> str:
    """The text with placeholders of this mapping. `label`: the name under which it stands, which may say what it is
    (`password`); it is not part of what is returned.
    """
    said = f"{label}: " if label else ""
    parts, at = [], len(said)
    text = said + text
    for span in spans(text, classes):
        start = max(span.start, at)
        if span.end > start:
            parts += [text[at:start], mapping.put(span.of_class, text[start : span.end])]
            at = span.end
    return "".join([*parts, text[at:]])
