"""A mail server over a real socket: STARTTLS or not, accounts or not, and it can refuse what it is told to refuse."""

import base64
import contextlib
import datetime
import email
import ipaddress
import socketserver
import ssl
import threading
from email.message import Message
from pathlib import Path
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

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


def certificate(path: Path) -> Path:
    """A key and a certificate of its own for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
