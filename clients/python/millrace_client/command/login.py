"""`millrace login`, `logout`, `whoami`."""

import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millrace_client.command import config, session, showing
from millrace_client.command.showing import AsJson
from millrace_client.errors import MillraceError

if TYPE_CHECKING:
    from millrace_client.shapes import Caller

app = typer.Typer()

Url = Annotated[str | None, typer.Option("--url", help="Where the server is; asked for if you leave it out.")]
Email = Annotated[str | None, typer.Option("--email", help="Sign in with a password, and make a key for this machine.")]
KeyFile = Annotated[Path | None, typer.Option("--key-file", help="Take the key from a file; - is standard input.")]


@app.command(epilog="Examples: millrace login --email you@example.com; millrace login --key-file .millrace/admin-key")
def login(url: Url = None, email: Email = None, key_file: KeyFile = None) -> None:
    """Remember a server and a key, in a file that only you can read.

    A password is used once, to make a key named after this machine, and is not kept.
    """
    from millrace_client.blocking.transport import HERE

    where = url or _asked("Server", session.address() or HERE)
    if key_file is None and email is None:
        email = _asked("E-mail (empty: I have a key)", "")
    kept = {"url": where.rstrip("/")} | (_by_password(where, email) if email else {"api_key": _key(key_file)})
    with session.connect(kept["api_key"], kept["url"]) as client:
        me = client.account.me()
    before = config.read()
    config.write(kept | {name: before[name] for name in ("model",) if name in before})
    print(f"Signed in to {kept['url']} as {_name(me)}, for {me['tenant']['name']}. Kept in {config.path()}.")


def _by_password(url: str, email: str) -> dict[str, str]:
    password = typer.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with session.stranger(url) as stranger:
        token = stranger.account.sign_in(email, password)["access_token"]
    with session.connect(token, url) as person:
        made = person.keys.create(f"millrace on {platform.node() or 'a machine'}"[:200])
        person.account.sign_out()
    return {"api_key": made["api_key"], "key_id": made["id"]}


def _key(file: Path | None) -> str:
    if file is None:
        return str(typer.prompt("API key", hide_input=True)).strip()
    return (sys.stdin.readline() if str(file) == "-" else file.read_text()).strip()


def _asked(question: str, default: str) -> str:
    """In a pipe the default is taken."""
    return str(typer.prompt(question, default=default)) if sys.stdin.isatty() else default


@app.command(epilog="Example: millrace logout")
def logout() -> None:
    """Forget the key, and revoke it if `millrace login` made it."""
    kept = config.read()
    if not kept:
        print("You were not signed in.")
        return
    try:
        if "key_id" in kept:
            with session.connect(kept["api_key"], kept.get("url")) as client:
                client.keys.revoke(kept["key_id"])
    except MillraceError as error:
        showing.say(f"The key {kept['key_id']} could not be revoked ({error.message}); revoke it elsewhere.")
    config.remove()
    print("Signed out.")


@app.command(epilog="Example: millrace whoami --json")
def whoami(as_json: AsJson = False) -> None:
    """Show whose key is used, where, and what it may do."""
    with session.connect() as client:
        me = client.account.me()
    if as_json:
        showing.dump(me)
        return
    tenant = me["tenant"]
    showing.fields(
        [
            ("server", session.address()),
            ("as", _name(me)),
            ("tenant", f"{tenant['name']} ({tenant['tier']})"),
            ("role", me["role"]),
            ("may", me["permissions"]),
        ]
    )


def _name(me: "Caller | Any") -> str:
    return me["user"]["email"] if me["user"] else f"the key {me['key_id']}"
