"""The embedded default: a file that only the owner can read. It is no application log: it holds secrets."""

import os
from email.utils import formatdate
from pathlib import Path

from millrace.mail.outbox import Mail


class LogFile:
    """Appends each mail, whole, in one write."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, mail: Mail) -> None:
        """Raises OSError."""
        head = f"Date: {formatdate()}\nMessage-ID: <{mail.id}>\nTo: {mail.to}\nSubject: {mail.subject}\n"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab", buffering=0) as file:
            file.write(f"{head}\n{mail.body.rstrip()}\n\n---\n\n".encode())
