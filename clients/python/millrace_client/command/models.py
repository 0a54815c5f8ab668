"""`millrace models`: those that you may ask. Where the server is installed, also those of this machine."""

from typing import Any

import typer

from millrace_client.command import session, showing
from millrace_client.command.showing import AsJson

app = typer.Typer()
group = typer.Typer(help="List the models that you may ask; with the server installed, manage this machine's.")
app.add_typer(group, name="models", epilog="Example: millrace models --json")


@group.callback(invoke_without_command=True)
def models(context: typer.Context, as_json: AsJson = False) -> None:
    """List the models that you may ask; with the server installed, manage this machine's."""
    if context.invoked_subcommand:
        return
    with session.connect() as client:
        found = client.account.models()
    if as_json:
        showing.dump(found)
        return
    rows: list[dict[str, Any]] = [
        {
            "model": each["id"],
            "ready": "yes" if each["loaded"] else "no",
            "can": each["capabilities"],
            "context": each["context"],
            "$/M in": each["price"]["input"] if each["price"] else None,
            "$/M out": each["price"]["output"] if each["price"] else None,
            "first token": f"{each['first_token_seconds']:.2f} s" if each["first_token_seconds"] else None,
        }
        for each in found["data"]
    ]
    rows += [
        {"model": each["id"], "ready": "", "can": f"the {each['aim']} of {', '.join(each['models'] or ['all'])}"}
        | dict.fromkeys(("context", "$/M in", "$/M out", "first token"))
        for each in found["aliases"]
    ]
    showing.table(rows, "model", "ready", "can", "context", "$/M in", "$/M out", "first token")
