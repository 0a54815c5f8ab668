"""What was found, as tables: the models of one comparison side by side, and one model over time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from millrace.comparisons.picture.marks import printable
from millrace.comparisons.picture.values import duration, share, speed

Figures = dict[str, Any]

NOTHING = "-"


def _percentile(of: str, which: str) -> Callable[[Figures], str]:
    return lambda found: duration(found[of][which]) if found[of] else NOTHING


def _speed(found: Figures) -> str:
    rate = found["tokens_per_second"]
    return speed(rate["value"], rate["n"], found["estimated"]) if rate else NOTHING


def _errors(found: Figures) -> str:
    codes = ", ".join(f"{count} {code}" for code, count in found["errors"].items())
    return codes or "0"


def _quality(found: Figures) -> str:
    quality = found["quality"]
    return f"{share(quality['score'])} of {quality['n']}" if quality else NOTHING


ROWS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("answers", lambda found: f"{found['succeeded']} of {found['jobs']}"),
    ("first token, p50", _percentile("first_token", "p50")),
    ("first token, p99", _percentile("first_token", "p99")),
    ("tokens/s", _speed),
    ("whole answer, p50", _percentile("seconds", "p50")),
    ("whole answer, p99", _percentile("seconds", "p99")),
    ("errors", _errors),
    ("cancelled", lambda found: str(found["cancelled"])),
    ("cut at max_tokens", lambda found: str(found["cut"])),
    ("output tokens", lambda found: f"{found['output_tokens']:,}"),
    ("cost", lambda found: f"${found['cost_usd']}"),
    ("quality", _quality),
)

#: Rows that are left out where they say nothing.
SELDOM = frozenset({"cancelled", "cut at max_tokens"})


def side_by_side(console: Console, comparison: dict[str, Any]) -> None:
    """A column a model."""
    found = comparison["figures"]
    table = Table("", *(_name(each["model"]) for each in found), box=None, pad_edge=False)
    for name, of in ROWS:
        cells = [of(each) for each in found]
        if name not in SELDOM or set(cells) != {"0"}:
            table.add_row(name, *cells)
    for category in _categories(found):
        table.add_row(f"  {escape(category)}", *(_score(each, category) for each in found), style="dim")
    console.print(table)
    console.print(f"\n{comparison['id']}, {_of(comparison)}: {comparison['status']}", style="dim")


def _name(model: str) -> str:
    return escape(printable(model, 40))


def _of(comparison: dict[str, Any]) -> str:
    prompts = f"{comparison['prompts']} prompts ({comparison['prompt_set']} {comparison['prompts_hash'][:8]})"
    return f"{prompts}, {_count(comparison['rounds'], 'round')}"


def product(comparison: dict[str, Any]) -> str:
    """How many jobs it is, and why: `2 models x 40 prompts x 1 round = 80 jobs`."""
    models, prompts, rounds = len(comparison["models"]), comparison["prompts"], comparison["rounds"]
    factors = (_count(models, "model"), _count(prompts, "prompt"), _count(rounds, "round"))
    return f"{' x '.join(factors)} = {_count(comparison['jobs'], 'job')}"


def _count(many: int, what: str) -> str:
    return f"{many} {what}{'s' * (many != 1)}"


def _categories(found: Sequence[Figures]) -> list[str]:
    return sorted({each["category"] for one in found if one["quality"] for each in one["quality"]["categories"]})


def _score(found: Figures, category: str) -> str:
    scores = found["quality"]["categories"] if found["quality"] else ()
    return next((share(each["score"]) for each in scores if each["category"] == category), NOTHING)


TITLES = ("when (UTC)", "prompts", "answers", "first token", "tokens/s", "whole answer", "errors", "cost", "quality")


def over_time(console: Console, model: str, comparisons: Sequence[dict[str, Any]]) -> None:
    """A line a comparison, newest first."""
    table = Table(*TITLES, box=None, pad_edge=False, title=_name(model), title_justify="left")
    for comparison in comparisons:
        found = next((each for each in comparison["figures"] or () if each["model"] == model), None)
        if found is not None:
            table.add_row(*_line(comparison, found))
    console.print(table)


def _line(comparison: dict[str, Any], found: Figures) -> list[str]:
    when = datetime.fromtimestamp(comparison["created_at"], UTC)
    first, whole = (" / ".join(_percentile(of, p)(found) for p in ("p50", "p99")) for of in ("first_token", "seconds"))
    answers = f"{found['succeeded']} of {found['jobs']}"
    prompts = f"{comparison['prompt_set']} {comparison['prompts_hash'][:8]}"
    figures = (answers, first, _speed(found), whole, _errors(found), f"${found['cost_usd']}", _quality(found))
    return [f"{when:%Y-%m-%d %H:%M}", prompts, *figures]
