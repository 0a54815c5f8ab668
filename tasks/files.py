"""`tasks.files()`: take away the files that are over."""

from millrace import broker
from millrace.files import sweep
from tasks.rounds import Rounds

_rounds = Rounds("files", sweep.sweep)


@broker.app().task(name=broker.FILES, ignore_result=True)
def files() -> None:
    """A store that hangs keeps nobody waiting."""
    _rounds.begin()
