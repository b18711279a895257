"""A mail server on this machine: aiosmtpd, with a Maildir that is read back."""

import asyncio
import contextlib
import mailbox
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
USER, PASSWORD = "yishi", "榕树下-word"


@dataclass
class Mailroom:
    """What the server does by address or subject, and what it has seen."""

    folder: Path
    port: int = 0
    connections: int = 0
    is_reached: asyncio.Event = field(default_factory=asyncio.Event)
    """A letter has come in."""
    was_encrypted: bool = False
    signed_in: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """By recipient: the answer to RCPT."""
    answers_to_letters: dict[str, str] = field(default_factory=dict)
    """By recipient: the answer to DATA."""
    answer_to_sender: str = "250 OK"
    hangs_up_on: set[str] = field(default_factory=set)
    """Recipients whose letter ends the connection before it is answered."""
    is_silent: bool = False
    """Letters are never answered."""

    def letters(self) -> list[EmailMessage]:
        """All that arrived, parsed, by the order of their subjects."""
        box = mailbox.Maildir(self.folder, create=False)
        parser = BytesParser(EmailMessage, policy=policy.default)
        found = [parser.parsebytes(box.get_bytes(key)) for key in box.keys()]  # noqa: SIM118  a Maildir has no other way
        return sorted(found, key=lambda letter: str(letter["Subject"]))


class _Handler(Mailbox):
    def __init__(self, room: Mailroom) -> None:
        super().__init__(room.folder)
        self.room = room

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.room.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.room.answer_to_sender.startswith("250"):
            envelope.mail_from = address
        return self.room.answer_to_sender

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.room.was_encrypted = session.ssl is not None
        self.room.is_reached.set()
        if self.room.is_silent:
            await asyncio.Event().wait()
        if self.room.hangs_up_on.intersection(envelope.rcpt_tos):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "421 Gone"
        for answer in map(self.room.answers_to_letters.get, envelope.rcpt_tos):
            if answer:
                return answer
        return str(await super().handle_DATA(server, session, envelope))


@contextlib.asynccontextmanager
async def open_mailroom(
    folder: Path, *, tls: ssl.SSLContext | None = None, implicit: bool = False, auth: bool = False
) -> AsyncIterator[Mailroom]:
    """`tls` offers and demands STARTTLS, or with `implicit` encrypts from the first byte."""
    room = Mailroom(folder)
    handler = _Handler(room)
    loop = asyncio.get_running_loop()

    def authenticated(*given: Any) -> AuthResult:
        word = given[-1]
        assert isinstance(word, LoginPassword)
        good = (word.login.decode(), word.password.decode()) == (USER, PASSWORD)
        room.signed_in += [word.login.decode()] if good else []
        return AuthResult(success=good, handled=False)

    def answering() -> SMTP:
        room.connections += 1
        return SMTP(
            handler,
            loop=loop,
            hostname="mail.example.org",
            ident="test",
            tls_context=None if implicit else tls,
            require_starttls=tls is not None and not implicit,
            auth_required=auth and not implicit,  # aiosmtpd does not see that TLS is around it
            auth_require_tls=not implicit,
            authenticator=authenticated,
        )

    server = await loop.create_server(answering, HOST, 0, ssl=tls if implicit else None)
    room.port = server.sockets[0].getsockname()[1]
    try:
        yield room
    finally:
        server.close()
        await server.wait_closed()


def made_certificate(folder: Path) -> Path:
    """Self-signed, for this machine; key and certificate in one file."""
    path = folder / "server.pem"
    made = path.with_suffix(".crt")
    key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    name = f"-subj /CN=mail.example.org -addext subjectAltName=IP:{HOST}"
    command = f"openssl req -x509 {key} {name} -days 2".split()
    subprocess.run([*command, "-keyout", path, "-out", made], check=True, capture_output=True)
    with path.open("ab") as both:
        both.write(made.read_bytes())
    return path


def showing(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context
