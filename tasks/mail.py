"""`tasks.mail()`: send the mail that is due."""

from millrace import broker
from millrace.mail.deliver import deliver
from tasks.rounds import Rounds

_rounds = Rounds("mail", deliver)


@broker.app().task(name=broker.MAIL, ignore_result=True)
def mail() -> None:
    """A mail server that hangs keeps nobody waiting."""
    _rounds.begin()
