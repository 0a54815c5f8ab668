"""`tasks.ledger()`: beat says that the ledger's minute is over."""

from millrace import broker
from millrace.ledger import rounds
from tasks.rounds import Rounds

_rounds = Rounds("ledger", rounds.minute)


@broker.app().task(name=broker.LEDGER, ignore_result=True)
def ledger() -> None:
    """One round; a long night keeps nobody waiting."""
    _rounds.begin()
