"""Commands that end with what an Unfit says, whichever `millrace` they are part of."""

import sys
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand

from millrace.machine.place import Unfit


class Telling(TyperCommand):
    """Its message on standard error, and 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Unfit as unfit:
            sys.exit(str(unfit))


class App(typer.Typer):
    """All its commands are such."""

    def command(self, *given: Any, **options: Any) -> Callable[[Any], Any]:
        return super().command(*given, cls=Telling, **options)
