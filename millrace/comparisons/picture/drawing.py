"""Panels of bars: a figure each, the models one below the other; then quality by category."""

from collections import Counter
from collections.abc import Callable, Sequence

from millrace import ids
from millrace.comparisons.figures import Figures
from millrace.comparisons.find import Comparison
from millrace.comparisons.picture.marks import STYLE, THICK, bar, label, printable, reach
from millrace.comparisons.picture.values import MEASURES, Measure, Value, share

WIDTH, EDGE, NAMES, STEP = 1000, 24, 170, 24

#: Panels side by side, the gap between them, and the room for the words beside a bar.
ACROSS, GAP, WORDS = 3, 20, 112

#: Categories that are shown, the most asked first; characters of a name.
CATEGORIES, NAME = 8, 24

NOTE = (
    "Bars of one panel share one scale; a thin line goes on to p99. Percentiles by the nearest rank. "
    "Quality: share of the checks passed, by the answers that came."
)


def draw(comparison: Comparison, found: Sequence[Figures]) -> str:
    """An SVG of its own."""
    parts, y = _head(comparison), 74.0
    for begin in range(0, len(MEASURES), ACROSS):
        parts += _band(MEASURES[begin : begin + ACROSS], found, y)
        y += STEP * (len(found) + 2)
    categories = _categories(found)
    if categories:
        parts += _by_category(categories, found, y)
        y += STEP * (len(found) + 2)
    parts.append(label(EDGE, y, NOTE, "pale"))
    height = y + 20
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" font-family="sans-serif"'
    ground = f'<rect width="{WIDTH}" height="{height:g}" class="ground"/>'
    return "\n".join([f'{head} font-size="12">', f"<style>{STYLE}</style>", ground, *parts, "</svg>\n"])


def _head(comparison: Comparison) -> list[str]:
    rounds = f"{comparison.rounds} round{'s' * (comparison.rounds != 1)}"
    state = comparison.outcome or f"running, {comparison.ended} of {comparison.jobs} calls"
    said = (
        f"{comparison.prompts} prompts ({comparison.prompt_set} {comparison.prompts_hash[:8]}), {rounds}, "
        f"{comparison.jobs} calls, {comparison.created_at:%Y-%m-%d %H:%M} UTC, {state}"
    )
    title = f'<text x="{EDGE}" y="34" class="ink best" font-size="17">Models side by side</text>'
    return [title, label(EDGE, 54, said, "pale", whole=ids.show("cmp", comparison.id))]


def _names(found: Sequence[Figures], y: float) -> list[str]:
    shown = [(each.model, printable(each.model, NAME)) for each in found]
    return [
        label(EDGE + NAMES - 12, y + STEP * (at + 1) + THICK - 2, name, end=True, whole=model if model != name else "")
        for at, (model, name) in enumerate(shown)
    ]


def _band(measures: Sequence[Measure], found: Sequence[Figures], y: float) -> list[str]:
    parts = _names(found, y)
    wide = (WIDTH - 2 * EDGE - NAMES - GAP * (ACROSS - 1)) / ACROSS
    for at, measure in enumerate(measures):
        parts += _panel(measure, found, EDGE + NAMES + at * (wide + GAP), y, wide - WORDS)
    return parts


def _panel(measure: Measure, found: Sequence[Figures], x: float, y: float, most: float) -> list[str]:
    values = [measure.of(each) for each in found]
    full = measure.full or max((value.reach or value.bar or 0.0 for value in values), default=0.0)
    best = _best(measure, values)
    parts = [label(x, y + 12, measure.title, "pale")]
    for at, value in enumerate(values):
        parts += _row(value, x, y + STEP * (at + 1), most / full if full else 0.0, measure.kind, most)
        parts.append(label(x + most + 8, y + STEP * (at + 1) + THICK - 2, value.says, best(value)))
    return parts


def _row(value: Value, x: float, y: float, scale: float, kind: str, most: float) -> list[str]:
    parts = [bar(x, y, most, "groove")]
    if value.bar is not None:
        parts.append(bar(x, y, min(most, value.bar * scale), kind))
    if value.bar is not None and value.reach is not None and value.reach > value.bar:
        parts.append(reach(x + value.bar * scale, x + value.reach * scale, y))
    return parts


def _best(measure: Measure, values: Sequence[Value]) -> Callable[[Value], str]:
    """How the words of a value are set: those of the best stand out, where there is a difference."""
    known = [value.bar for value in values if value.bar is not None]
    top = (max if measure.better == "more" else min)(known, default=None)
    differs = len(set(known)) > 1
    return lambda value: "ink best" if differs and value.bar == top else "ink"


def _categories(found: Sequence[Figures]) -> list[str]:
    asked: Counter[str] = Counter()
    for each in found:
        asked.update({score.category: score.n for score in (each.quality.categories if each.quality else ())})
    return [category for category, _ in asked.most_common(CATEGORIES)]


def _by_category(categories: Sequence[str], found: Sequence[Figures], y: float) -> list[str]:
    parts = _names(found, y)
    wide = (WIDTH - 2 * EDGE - NAMES) / max(len(categories), 4)
    for at, category in enumerate(categories):
        x = EDGE + NAMES + at * wide
        parts.append(label(x, y + 12, printable(category, 14), "pale", whole=category if len(category) > 14 else ""))
        for row, each in enumerate(found):
            parts += _cell(each, category, x, y + STEP * (row + 1), wide - 52)
    return parts


def _cell(found: Figures, category: str, x: float, y: float, most: float) -> list[str]:
    scores = found.quality.categories if found.quality else ()
    score = next((each.score for each in scores if each.category == category), None)
    says = "-" if score is None else share(score)
    return [*_row(Value(score, says), x, y, most, "bar", most), label(x + most + 6, y + THICK - 2, says)]
