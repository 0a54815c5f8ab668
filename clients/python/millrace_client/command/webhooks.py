"""`millrace webhooks ls|create|rm|test|deliveries|replay`."""

from itertools import islice
from typing import Annotated

import typer

from millrace_client.command import session, showing
from millrace_client.command.showing import AsJson, Limit

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="Endpoints that are told of ends, and what was sent to them.")
app.add_typer(group, name="webhooks")

Id = Annotated[str, typer.Argument(help="we_...", show_default=False)]


@group.command("ls", epilog="Example: millrace webhooks ls")
def list_(as_json: AsJson = False) -> None:
    """List endpoints, newest first."""
    with session.connect() as client:
        found = client.webhooks.list()["data"]
    if as_json:
        showing.dump(found)
        return
    rows = [{**each, "state": "enabled" if each["enabled"] else each["reason"]} for each in found]
    showing.table(rows, "id", "url", "events", "state")


@group.command("create", epilog="Example: millrace webhooks create https://example.com/hooks --event job.failed")
def create(
    url: str,
    events: Annotated[list[str] | None, typer.Option("--event", help="Which; several times. All, by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add an endpoint, and print the secret that signs what is sent to it."""
    with session.connect() as client:
        made = client.webhooks.create(url, events=events or None)
    showing.dump(made) if as_json else print(made["id"], made["secret"])


@group.command("rm", epilog="Example: millrace webhooks rm we_0192a0b0c0d0e0f00112233445566778")
def remove(id: Id) -> None:
    """Send nothing to it any more."""
    with session.connect() as client:
        client.webhooks.delete(id)
    print(f"{id} deleted")


@group.command("test", epilog="Example: millrace webhooks test we_0192a0b0c0d0e0f00112233445566778")
def test(id: Id) -> None:
    """Send it an event, to see whether it answers."""
    with session.connect() as client:
        sent = client.webhooks.test(id)
    print(sent["id"])
    showing.say(f"`millrace webhooks deliveries --endpoint {id}` shows what became of it.")


@group.command("deliveries", epilog="Example: millrace webhooks deliveries --state failed")
def deliveries(
    endpoint: Annotated[str | None, typer.Option(help="we_...")] = None,
    state: Annotated[str | None, typer.Option(help="pending, delivered or failed")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List what was sent, newest first."""
    with session.connect() as client:
        found = list(islice(client.webhooks.every_delivery(endpoint=endpoint, state=state), limit))
    if as_json:
        showing.dump(found)
        return
    rows = [
        {**each, "type": each["event"]["type"], "tries": len(each["attempts"]), "answer": _last(each["attempts"])}
        for each in found
    ]
    showing.table(rows, "id", "state", "type", "url", "tries", "answer")


@group.command("replay", epilog="Example: millrace webhooks replay whd_0192a0b0c0d0e0f00112233445566778")
def replay(id: Annotated[str, typer.Argument(help="whd_...", show_default=False)]) -> None:
    """Send a delivery again, now."""
    with session.connect() as client:
        print(client.webhooks.replay(id)["id"])


def _last(attempts: list[dict[str, object]]) -> object:
    return (attempts[-1]["status"] or attempts[-1]["error"]) if attempts else None
