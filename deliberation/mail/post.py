"""Letters handed to the mail server, each with its own outcome.

Nothing here names a person: neither logs nor outcomes carry addresses, subjects or what the
server said, only codes.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import aiosmtplib
import structlog

from deliberation.config import Settings
from deliberation.mail.letter import Letter
from deliberation.mail.server import Server

_log = structlog.get_logger(__name__)

COMMAND_SECONDS = 20.0
"""For one answer of the server."""
CONNECT_SECONDS = 60.0
"""Until a server is ready for letters: connected, encrypted, signed in."""
LETTER_SECONDS = 60.0
ATTEMPTS = 2
"""Connections in a row that may fail before the rest is left for another time."""


OURS = frozenset({503, 530, 534, 535, 538})
"""Sign in first, or otherwise (RFC 4954): the settings are wrong, not the address."""


class Outcome(StrEnum):
    """What became of a letter."""

    SENT = "sent"  # the server has taken it on
    REFUSED = "refused"  # for good: this address, or this letter
    LATER = "later"  # try again: nothing is known against the address


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """`code` is the server's (RFC 5321), 0 where it gave none: then the connection failed."""

    key: str
    outcome: Outcome
    code: int = 0


class _UnreadyError(Exception):
    """No connection that takes letters; the code is the server's, if it gave one."""

    def __init__(self, kind: str, code: int = 0) -> None:
        super().__init__(kind)
        self.code = code


_TROUBLE = (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError)
"""All that a bad line or a server that talks nonsense may raise."""


class Post:
    """Holds no connection between two calls."""

    def __init__(self, server: Server, *, letter_seconds: float = LETTER_SECONDS) -> None:
        self._server = server
        self._letter_seconds = letter_seconds

    @classmethod
    def of(cls, settings: Settings) -> "Post | None":
        """None where no mail is to be sent. Raises SettingError."""
        server = Server.of(settings)
        return None if server is None else cls(server)

    async def send(self, letters: Sequence[Letter]) -> list[Sent]:
        """One outcome a letter, in their order; over one connection, and a new one when the
        server ends it. A letter that was cut off is for LATER: whether the server kept it nobody
        knows, and its Message-ID tells it from another when it comes twice."""
        outcomes: list[Sent] = []
        failures, code = 0, 0
        client = self._client()
        try:
            while len(outcomes) < len(letters) and failures < ATTEMPTS:
                try:
                    if not client.is_connected:
                        client = await self._connected()
                    sent = await self._handed_over(client, letters[len(outcomes)])
                except _UnreadyError as trouble:
                    failures, code = failures + 1, trouble.code
                    continue
                outcomes.append(sent)
                failures = 0 if client.is_connected else failures + 1
            rest = letters[len(outcomes) :]
            outcomes += [Sent(key=one.key, outcome=Outcome.LATER, code=code) for one in rest]
            await self._leave(client)
        finally:
            client.close()
        return outcomes

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=server.domain,  # or it would ask the name service, and wait
            username=server.user or None,
            password=server.password or None,
            timeout=COMMAND_SECONDS,
            use_tls=not server.starts_in_clear,
            start_tls=server.tls is not None and server.starts_in_clear,
            tls_context=server.tls,
        )

    async def _connected(self) -> aiosmtplib.SMTP:
        client = self._client()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await client.connect()
        except _TROUBLE as trouble:
            code, kind = _code(trouble), type(trouble).__name__
            _log.warning("mail_server_not_ready", kind=kind, code=code)
            raise _UnreadyError(kind, code) from trouble
        return client

    async def _handed_over(self, client: aiosmtplib.SMTP, letter: Letter) -> Sent:
        sender = self._server.sender
        try:
            async with asyncio.timeout(self._letter_seconds):
                await client.sendmail(sender, [letter.to], letter.composed(sender))
        except aiosmtplib.SMTPSenderRefused as refused:
            # Ours to mend, whatever the code: it says nothing about whom we write to.
            return Sent(key=letter.key, outcome=Outcome.LATER, code=refused.code)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _by_code(letter, refused.recipients[0].code)
        except aiosmtplib.SMTPResponseException as refused:
            return _by_code(letter, refused.code)
        except _TROUBLE as trouble:
            client.close()  # in the middle of a command: it understands no other
            _log.warning("mail_cut_off", kind=type(trouble).__name__)
            return Sent(key=letter.key, outcome=Outcome.LATER)
        return Sent(key=letter.key, outcome=Outcome.SENT, code=250)

    async def _leave(self, client: aiosmtplib.SMTP) -> None:
        if client.is_connected:
            with contextlib.suppress(*_TROUBLE):
                await client.quit()


def _code(trouble: BaseException) -> int:
    """The server's, if what it said was an answer at all."""
    if isinstance(trouble, aiosmtplib.SMTPResponseException):
        return max(0, trouble.code)
    return 0


def _by_code(letter: Letter, code: int) -> Sent:
    """RFC 5321: 5yz is for good, 4yz passes. An answer outside both is a broken server's."""
    is_final = 500 <= code <= 599 and code not in OURS
    outcome = Outcome.REFUSED if is_final else Outcome.LATER
    return Sent(key=letter.key, outcome=outcome, code=code)
