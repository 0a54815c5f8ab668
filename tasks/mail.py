"""`tasks.mail()`: send the mail that is due."""

import threading

from millrace import broker
from millrace.errors import DatabaseUnavailable
from millrace.mail.deliver import deliver
from millrace.telemetry import logger

log = logger(__name__)

#: Held by who sends.
_sending = threading.Lock()


@broker.app().task(name=broker.MAIL, ignore_result=True)
def mail() -> None:
    """From a thread of its own: the sweep shares this process, and must not wait for a mail server that hangs."""
    if _sending.acquire(blocking=False):
        threading.Thread(target=_send, name="mail", daemon=True).start()


def _send() -> None:
    try:
        deliver()
    except DatabaseUnavailable:
        log.warning("no mail: the database is away")
    except Exception:
        log.exception("mail could not be sent")
    finally:
        _sending.release()
