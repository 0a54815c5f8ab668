"""Results as Markdown, for docs/benchmarks.md."""

from pathlib import Path
from typing import Any

from bench import pictures
from bench.result import RESULTS, Row, read, rows

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- results: python -m bench publish -->", "<!-- end of results -->"


def markdown(document: dict[str, Any]) -> str:
    """The machine, then a table a benchmark."""
    machine = document["machine"]
    where = f"{machine['cores']} cores ({machine['cpu']}), {machine['memory_gib']} GiB, Python {machine['python']}"
    parts = [f"Measured {document['at'][:10]} on {where}, {machine['system']}."]
    if document["quick"]:
        parts.append("A quick run: small counts, so rough figures.")
    parts += [f"### {name}\n\n{_table(found)}" for name, found in rows(document).items()]
    return "\n\n".join(parts)


def _table(found: list[Row]) -> str:
    lines = ["| | measured | beside | promise | |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*lines, *("| " + " | ".join(row.cells()) + " |" for row in found)])


def publish(*paths: Path) -> None:
    """Make this run the published one: latest.json, the tables in the docs, the picture."""
    import json

    document = read(*paths)
    (RESULTS / "latest.json").write_text(json.dumps(document, indent=1) + "\n")
    page = DOCS / "benchmarks.md"
    before, _, rest = page.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{markdown(document)}\n\n{END}{after}")
    picture = DOCS / "pictures" / "benchmarks.svg"
    picture.parent.mkdir(exist_ok=True)
    picture.write_text(pictures.draw(rows(document)))
    print(f"Written: {RESULTS / 'latest.json'}, {page}, {picture}")
