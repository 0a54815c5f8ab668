"""Sending what is due, by whatever MAIL_URL says."""

import smtplib
from functools import lru_cache
from typing import Protocol

from millrace.mail import outbox
from millrace.mail.logfile import LogFile
from millrace.mail.outbox import Mail
from millrace.mail.smtp import Smtp
from millrace.settings import settings
from millrace.telemetry import logger

log = logger(__name__)


class Sender(Protocol):
    """Anything that sends a mail, or raises OSError or SMTPException."""

    def send(self, mail: Mail) -> None: ...


@lru_cache
def sender() -> Sender:
    """What MAIL_URL names; without one, the file."""
    if settings().mail_url:
        return Smtp(settings().mail_url, settings().mail_from)
    return LogFile(settings().mail_log_path)


def deliver() -> int:
    """Send all that is due; how many were sent. Several at once do no harm."""
    done = 0
    while (mail := outbox.claim()) is not None:
        try:
            sender().send(mail)
        except (OSError, smtplib.SMTPException) as failure:
            again = outbox.failed(mail, _reason(failure))
            log.warning("a mail was not sent", mail=mail.id, error=_reason(failure), attempt=mail.attempts, again=again)
            continue
        outbox.sent(mail)
        done += 1
    return done


def _reason(failure: Exception) -> str:
    """What went wrong, without the server's words: they name the recipient."""
    code = getattr(failure, "smtp_code", None) or getattr(failure, "errno", None)
    return type(failure).__name__ + (f" {code}" if code else "")
