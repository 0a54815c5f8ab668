"""Mail by SMTP: `smtp://` with STARTTLS (`?starttls=off` for a relay that has none), `smtps://` with TLS at once."""

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from millrace.mail.outbox import Mail

#: Seconds for each step of the conversation; there are about ten.
PATIENCE = 20

PORTS = {"smtp": 587, "smtps": 465}


class Smtp:
    """A connection a mail: there are few."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        if self._url.scheme not in PORTS or not self._url.hostname:
            raise ValueError("MAIL_URL is smtp://user:password@host:587 or smtps://user:password@host:465")

    def send(self, mail: Mail) -> None:
        """Raises OSError or SMTPException."""
        with _connected(self._url) as server:
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            server.send_message(self.message(mail), parseaddr(self._sender)[1], [mail.to])

    def message(self, mail: Mail) -> EmailMessage:
        made = EmailMessage(policy=SMTP)
        made["From"], made["To"], made["Subject"] = self._sender, mail.to, mail.subject
        made["Date"] = formatdate()
        # The same for every attempt: what was sent twice can be told.
        made["Message-ID"] = f"<{mail.id}@{parseaddr(self._sender)[1].rpartition('@')[2] or 'millrace'}>"
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(mail.body)
        return made


def _connected(url: SplitResult) -> smtplib.SMTP:
    host, port = url.hostname or "", url.port or PORTS[url.scheme]
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=context)
    server = smtplib.SMTP(host, port, timeout=PATIENCE)
    if parse_qs(url.query).get("starttls") != ["off"]:
        try:
            # Raises where the server does not offer it: nothing goes in clear because somebody hid the offer.
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server
