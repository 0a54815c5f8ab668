"""A mail server over a real socket: STARTTLS or not, accounts or not, and it can refuse what it is told to refuse."""

import base64
import contextlib
import email
import socketserver
import ssl
import threading
from email.message import Message
from pathlib import Path
from types import TracebackType

USER, PASSWORD = "mill", "p@ss:word/%"


class SmtpServer(socketserver.ThreadingTCPServer):
    """Use it in a `with`. `certificate` makes it offer STARTTLS, and take mail over that alone."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.context: ssl.SSLContext | None = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        #: What was taken, with the recipients of the envelope.
        self.mails: list[tuple[list[str], Message]] = []
        #: Answers to the next RCPT commands in the place of 250.
        self.refusals: list[str] = []
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def to(self, address: str) -> list[Message]:
        return [mail for recipients, mail in self.mails if recipients == [address]]

    def __enter__(self) -> "SmtpServer":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()


class _Conversation(socketserver.StreamRequestHandler):
    server: SmtpServer

    def handle(self) -> None:
        self.secure, self.known, self.recipients = False, False, list[str]()
        self.say("220 fake")
        while raw := self.rfile.readline():
            line = raw.decode().rstrip("\r\n")
            verb = line.split(" ")[0].lower()
            self.say(getattr(self, f"on_{verb}", lambda _: "502 what?")(line))
            if verb == "quit":
                return
            if verb == "starttls":
                self.wrap()

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def on_ehlo(self, _: str) -> str:
        offers = ["AUTH PLAIN"] if self.secure else ["STARTTLS"] if self.server.context else []
        return "\r\n".join([f"250-{each}" for each in ["fake", *offers]] + ["250 SIZE 1000000"])

    def on_starttls(self, _: str) -> str:
        return "220 go on"

    def wrap(self) -> None:
        assert self.server.context
        with contextlib.suppress(OSError):
            self.connection = self.server.context.wrap_socket(self.request, server_side=True)
            self.secure = True
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)  # type: ignore[assignment]

    def on_quit(self, _: str) -> str:
        return "221 bye"

    def on_auth(self, line: str) -> str:
        given = base64.b64decode(line.split(" ")[2]).decode()
        self.known = given == f"\0{USER}\0{PASSWORD}"
        return "235 welcome" if self.known else "535 no"

    def on_mail(self, _: str) -> str:
        self.recipients = []
        return "530 not like this" if self.server.context and not (self.secure and self.known) else "250 ok"

    def on_rcpt(self, line: str) -> str:
        with self.server.lock:
            if self.server.refusals:
                return self.server.refusals.pop(0)
        self.recipients.append(line.partition("<")[2].partition(">")[0])
        return "250 ok"

    def on_rset(self, _: str) -> str:
        return "250 ok"

    def on_data(self, _: str) -> str:
        self.say("354 go on")
        lines = []
        for raw in iter(self.rfile.readline, b".\r\n"):
            lines.append(raw[1:] if raw.startswith(b"..") else raw)
        with self.server.lock:
            self.server.mails.append((self.recipients, email.message_from_bytes(b"".join(lines))))
        return "250 taken"
