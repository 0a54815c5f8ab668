"""`millrace usage` and `millrace quota`."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from millrace_client.command import session, showing
from millrace_client.command.showing import AsJson, moment

app = typer.Typer()

Days = Annotated[int, typer.Option("--days", "-d", min=1, max=3660, help="So many days back.")]
Grain = Annotated[str, typer.Option("--grain", "-g", help="hour, day or month.")]
By = Annotated[str | None, typer.Option("--by", "-b", help="model, key, endpoint or user.")]

NUMBERS = ("requests", "failed", "cached", "input_tokens", "output_tokens", "cost_usd")


@app.command("usage", epilog="Example: millrace usage --days 7 --by model")
def usage(days: Days = 30, grain: Grain = "day", by: By = None, as_json: AsJson = False) -> None:
    """Show what was used, and what it cost."""
    since = datetime.now().astimezone() - timedelta(days=days)
    with session.connect() as client:
        found = client.account.usage(since=since, grain=grain, group_by=by)
    if as_json:
        showing.dump(found)
        return
    column = {"key": "api_key"}.get(by or "", by or "")
    rows = [{**each, "from": moment(each["start"]), column: dict(each).get(column)} for each in found["data"]]
    rows.append({**found["total"], "from": "all", column: None})
    showing.table(rows, "from", *filter(None, (column,)), *NUMBERS)


@app.command("quota", epilog="Example: millrace quota --json")
def quota(as_json: AsJson = False) -> None:
    """Show where you stand on every limit."""
    with session.connect() as client:
        found = client.account.quota()
    if as_json:
        showing.dump(found)
        return
    rows = [
        {
            "limit": "an hour",
            "of": each["of"],
            "unit": "requests",
            "used": each["used"],
            "most": each["limit"],
            "resets": moment(each["resets_at"]),
        }
        for each in found["hourly"]
    ]
    rows += [
        {
            "limit": "a month", "of": " ".join(filter(None, (each["of"], each["model"]))), "unit": each["unit"],
            "used": each["used"], "most": each["hard_limit"], "resets": moment(each["resets_at"]),
        }
        for each in found["monthly"]
    ]  # fmt: skip
    showing.fields([("tier", found["key_tier"] or found["tier"])])
    showing.table(rows, "limit", "of", "unit", "used", "most", "resets")
