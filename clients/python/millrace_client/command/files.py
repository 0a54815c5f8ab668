"""`millrace files ls|upload|download|rm`."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from millrace_client.command import session, showing
from millrace_client.command.showing import AsJson, Limit, moment

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="Files: what batches read, and what they wrote.")
app.add_typer(group, name="files")

Id = Annotated[str, typer.Argument(help="file_...", show_default=False)]


@group.command("ls", epilog="Example: millrace files ls --purpose batch_output")
def list_(
    purpose: Annotated[str | None, typer.Option(help="batch, batch_output or user_data")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List files, newest first."""
    with session.connect() as client:
        found = list(islice(client.files.every(purpose=purpose), limit))
    if as_json:
        showing.dump(found)
        return
    rows = [{**each, "size": f"{each['bytes']:,}", "until": moment(each["expires_at"])} for each in found]
    showing.table(rows, "id", "filename", "purpose", "size", "until")


@group.command("upload", epilog="Example: millrace files upload requests.jsonl")
def upload(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file.")],
    purpose: Annotated[str, typer.Option(help="batch or user_data")] = "batch",
    as_json: AsJson = False,
) -> None:
    """Upload a file, and print its id."""
    from millrace_client.command.bars import uploading

    with session.connect() as client, uploading(path) as opened:
        made = client.files.upload(opened, purpose=purpose, filename=path.name)
    showing.dump(made) if as_json else print(made["id"])


@group.command("download", epilog="Example: millrace files download file_0192a0b0c0d0e0f00112233445566778 -o out.jsonl")
def download(
    id: Id, to: Annotated[Path | None, typer.Option("--output", "-o", help="By default, its own name.")] = None
) -> None:
    """Download a file. One that is there already is kept, unless --output names it."""
    with session.connect() as client:
        path = to or Path(Path(client.files.get(id)["filename"]).name or id)
        if to is None and path.exists():
            raise SystemExit(f"{path} is there already. Name another with --output, or the same to replace it.")
        client.files.download(id, path)
    print(path)


@group.command("rm", epilog="Example: millrace files rm file_0192a0b0c0d0e0f00112233445566778")
def remove(ids: Annotated[list[str], typer.Argument(help="file_...", show_default=False)]) -> None:
    """Delete files, for good."""
    with session.connect() as client:
        for id in ids:
            client.files.delete(id)
            print(f"{id} deleted")
