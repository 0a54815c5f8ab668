"""`python -m millrace.ledger check`: recompute every balance now. Exit code 1 when one had drifted."""

from typing import Annotated

import typer

from millrace import telemetry
from millrace.ledger import balances
from millrace.ledger.balances import Drift

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The ledger's books.")


@app.callback()
def _several() -> None:
    """The ledger's books."""


@app.command(epilog="Example: python -m millrace.ledger check --dry-run")
def check(dry_run: Annotated[bool, typer.Option("--dry-run", help="Look, and change nothing.")] = False) -> None:
    """Recompute every balance from the ledger and the unfinished jobs; correct what has drifted, with an alert each."""
    telemetry.configure()
    found = balances.drifted() if dry_run else balances.check()
    for drift in found:
        typer.echo(_line(drift))
    typer.echo("Every balance is what the ledger says." if not found else f"{len(found)} drifted.")
    raise typer.Exit(1 if found else 0)


def _line(drift: Drift) -> str:
    return (
        f"quota {drift.quota} of tenant {drift.tenant} in {drift.period}: used {drift.used}, by the ledger "
        f"{drift.used_by_ledger}; reserved {drift.reserved}, by unfinished jobs {drift.reserved_by_jobs}"
    )


if __name__ == "__main__":
    app()
