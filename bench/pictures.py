"""The promises as bars: how far each figure is from its bound. SVG by hand."""

from html import escape

from bench.result import Row, number

WIDTH, LEFT, UNIT, STEP = 900, 400, 210, 30
KEPT, BROKEN, INK, PALE = "#0f766e", "#b45309", "#1f2937", "#9ca3af"

#: A bar is never longer than this many times its bound; the figure beside it says the rest.
LONGEST = 1.7


def draw(benchmarks: dict[str, list[Row]]) -> str:
    """Two groups: what must reach the line, and what must stay before it."""
    promised = [row for found in benchmarks.values() for row in found if row.kept is not None]
    groups = [
        ("More is better: reach the line", [row for row in promised if row.least is not None]),
        ("Less is better: stay before the line", [row for row in promised if row.most is not None]),
    ]
    parts, y = [], 20
    for title, found in groups:
        if found:
            parts.append(_group(title, found, y))
            y += STEP * (len(found) + 2)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" font-family="sans-serif" font-size="13">'
    return f'{head}\n<rect width="{WIDTH}" height="{y}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n"


def _group(title: str, found: list[Row], y: int) -> str:
    lines = [f'<text x="20" y="{y + 12}" font-weight="bold" fill="{INK}">{escape(title)}</text>']
    lines += [_bar(row, y + STEP * (i + 1)) for i, row in enumerate(found)]
    line, bottom = LEFT + UNIT, y + STEP * (len(found) + 1)
    lines.append(f'<path d="M{line} {y + 22}V{bottom}" stroke="{INK}" stroke-dasharray="4 3"/>')
    return "\n".join(lines)


def _bar(row: Row, y: int) -> str:
    bound = row.least if row.least is not None else row.most
    share = row.value / bound if bound else 0.0
    length = round(UNIT * max(0.0, min(share, LONGEST)))
    end = LEFT + max(length, UNIT) + 10
    against = f"{number(row.value)} of {number(bound or 0)} {row.unit}"
    return (
        f'<text x="{LEFT - 10}" y="{y + 16}" text-anchor="end" fill="{INK}">{escape(row.what)}</text>'
        f'<rect x="{LEFT}" y="{y + 3}" width="{length}" height="18" rx="2" fill="{KEPT if row.kept else BROKEN}"/>'
        f'<text x="{end}" y="{y + 16}" fill="{PALE if row.kept else BROKEN}">{escape(against)}</text>'
    )
