"""What the picture is made of: text, bars and colours. Names come from elsewhere, and may be hostile."""

from html import escape

#: Ink, what is pale, the bars, the groove behind them, what failed: in light, and in dark.
STYLE = """
.ground{fill:#ffffff}.ink{fill:#1f2937}.pale{fill:#6b7280}.bar{fill:#0f766e}.bad{fill:#b45309}.groove{fill:#eef2f6}
.best{font-weight:bold}.reach{stroke:#64748b;stroke-width:2;fill:none}
@media (prefers-color-scheme:dark){.ground{fill:#111827}.ink{fill:#e5e7eb}.pale{fill:#9ca3af}.bar{fill:#2dd4bf}
.bad{fill:#f59e0b}.groove{fill:#1f2937}.reach{stroke:#94a3b8}}
""".strip()

#: Height of a bar, in pixels.
THICK = 12


def printable(text: str, most: int = 1_000) -> str:
    """Without what XML cannot hold, or turns the line round; shortened."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def label(x: float, y: float, text: str, kind: str = "ink", *, end: bool = False, whole: str = "") -> str:
    """A line of text, from x on or up to it; `whole` is told where the pointer rests."""
    anchor = ' text-anchor="end"' if end else ""
    title = f"<title>{escape(printable(whole))}</title>" if whole else ""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}"{anchor}>{title}{escape(text)}</text>'


def bar(x: float, y: float, length: float, kind: str = "bar") -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{length:.1f}" height="{THICK}" rx="2" class="{kind}"/>'


def reach(begin: float, end: float, y: float) -> str:
    """From the end of a bar on to another value: a thin line with a tick."""
    middle = y + THICK / 2
    return f'<path d="M{begin:.1f} {middle:g}H{end:.1f}M{end:.1f} {y + 1:g}V{y + THICK - 1:g}" class="reach"/>'
