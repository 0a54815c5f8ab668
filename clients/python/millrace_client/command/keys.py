"""`millrace keys ls|create|revoke`."""

from itertools import islice
from typing import Annotated

import typer

from millrace_client.command import session, showing
from millrace_client.command.showing import AsJson, Limit, confirmed, moment

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="API keys.")
app.add_typer(group, name="keys")


@group.command("ls", epilog="Example: millrace keys ls")
def list_(limit: Limit = 20, as_json: AsJson = False) -> None:
    """List keys, newest first."""
    with session.connect() as client:
        found = list(islice(client.keys.every(), limit))
    if as_json:
        showing.dump(found)
        return
    rows = [
        {
            **each,
            "used": moment(each["last_used_at"]),
            "until": moment(each["expires_at"]),
            "revoked": moment(each["revoked_at"]),
        }
        for each in found
    ]
    showing.table(rows, "id", "name", "hint", "used", "until", "revoked")


@group.command("create", epilog="Example: millrace keys create nightly --scope jobs:write --days 90 --budget 5")
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scopes: Annotated[
        list[str] | None, typer.Option("--scope", help="What it may; several times. All, by default.")
    ] = None,
    models: Annotated[list[str] | None, typer.Option("--model", help="Which models; several times.")] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, help="For so long; for ever, by default.")] = None,
    hourly: Annotated[int | None, typer.Option("--per-hour", min=1, help="Requests an hour.")] = None,
    budget: Annotated[str | None, typer.Option("--budget", help="US dollars a month.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key, and print it: this once."""
    with session.connect() as client:
        made = client.keys.create(
            name, scopes=scopes or None, models=models or None, expires_in_days=days, requests_per_hour=hourly,
            budget_usd=budget,
        )  # fmt: skip
    if as_json:
        showing.dump(made)
        return
    print(made["api_key"])
    showing.say(f"Keep it: it is not shown again. `millrace keys revoke {made['id']}` ends it.")


@group.command("revoke", epilog="Example: millrace keys revoke key_0192a0b0c0d0e0f00112233445566778 --yes")
def revoke(
    id: Annotated[str, typer.Argument(help="key_...", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """End a key, for ever."""
    confirmed(f"Revoke {id}?", yes)
    with session.connect() as client:
        client.keys.revoke(id)
    print(f"{id} revoked")
