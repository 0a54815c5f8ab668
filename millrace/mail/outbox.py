"""The outbox: mail waits in a table, sealed, until somebody has sent it; then only that it was sent is left.

A sender claims a mail for LEASE; while it lives, nobody else sends it. If it dies in between, the mail is sent again,
under the same Message-ID.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from millrace import crypto, db, ids

#: Seconds that a sender has for one mail: longer than a mail server can drag it out (millrace/mail/smtp.py).
LEASE = 600

#: Seconds to wait after each failure; after the last the mail is given up. Servers that greylist want minutes.
PAUSES = (30, 120, 600, 1800, 7200, 21600, 43200)

_WRITE = text("""
INSERT INTO mails (id, recipient, subject, body, sent_at)
VALUES (:id, :recipient, :subject, :body, CASE WHEN NOT :send THEN now() END)
""")

_CLAIM = """
UPDATE mails SET due_at = clock_timestamp() + make_interval(secs => %s), attempts = attempts + 1
WHERE id = (
    SELECT id FROM mails WHERE sent_at IS NULL AND due_at <= clock_timestamp()
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, recipient, subject, body, attempts
"""

_SENT = """
UPDATE mails SET sent_at = clock_timestamp(), recipient = NULL, body = NULL, error = NULL
WHERE id = %s AND attempts = %s AND sent_at IS NULL
"""

_FAILED = """
UPDATE mails SET due_at = clock_timestamp() + make_interval(secs => %s), error = %s
WHERE id = %s AND attempts = %s AND sent_at IS NULL
"""

_GIVEN_UP = """
UPDATE mails SET due_at = 'infinity', recipient = NULL, body = NULL, error = %s
WHERE id = %s AND attempts = %s AND sent_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that we have claimed for the `attempts`-th time."""

    id: str
    to: str
    subject: str
    body: str
    attempts: int


def write(connection: Connection, to: str, subject: str, body: str, *, send: bool = True) -> None:
    """Have a mail sent if this transaction commits. Nothing personal in the subject: it is not sealed.

    `send=False` writes one that nobody sends: where the time that an answer takes must not tell whether one was.
    """
    id = ids.new()
    sealed = {"recipient": crypto.seal(to, f"mails.recipient:{id}"), "body": crypto.seal(body, f"mails.body:{id}")}
    connection.execute(_WRITE, {"id": id, "subject": subject, "send": send} | sealed)


def claim() -> Mail | None:
    """The mail that has been due longest, for us alone; None when there is none."""
    rows = db.call(_CLAIM, (LEASE,))
    if not rows:
        return None
    id, recipient, subject, body, attempts = rows[0]
    to = crypto.unseal(recipient, f"mails.recipient:{id}")
    return Mail(id, to, subject, crypto.unseal(body, f"mails.body:{id}"), attempts)


def sent(mail: Mail) -> None:
    """It is on its way: forget what was in it."""
    db.call(_SENT, (mail.id, mail.attempts))


def failed(mail: Mail, reason: str) -> bool:
    """Try again later, or give up (False). The reason must not name the recipient."""
    if mail.attempts > len(PAUSES):
        db.call(_GIVEN_UP, (reason, mail.id, mail.attempts))
        return False
    db.call(_FAILED, (PAUSES[mail.attempts - 1], reason, mail.id, mail.attempts))
    return True
