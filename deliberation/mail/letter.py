"""One letter to one person, as the bytes that a mail server takes."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from deliberation.mail.addresses import is_address

SUBJECT_LONGEST = 200
_WEB_ADDRESS = re.compile(r"https?://[!-;=?-~]{1,800}")
"""Printable ASCII without angle brackets."""


class _Policy(EmailPolicy):
    """Of RFC 5322, with \\r\\n; but an address of the web is never broken or encoded: mail
    programs read it as it stands (RFC 2369)."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name == "List-Unsubscribe":
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`key` names the letter for ever: the same key has the same Message-ID, so that one sent
    again after a lost answer is known to be the same. `written_at` is aware.

    `unsubscribe` is an address of the web that ends such letters, for whoever holds it: on GET it
    asks, on POST with `List-Unsubscribe=One-Click` it does so at once, without cookie or form
    token (RFC 8058). Empty: the letter cannot be refused.

    Raises ValueError for what cannot be an address, and for line breaks and control characters
    in a header.
    """

    key: str
    to: str
    subject: str
    text: str
    written_at: datetime
    sender_name: str = ""
    unsubscribe: str = ""

    def __post_init__(self) -> None:
        if not is_address(self.to):
            raise ValueError("this is no address to write to")
        for line in (self.subject, self.sender_name):
            if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in line):
                raise ValueError("a header is one line of text")
        if not self.key or not self.subject or len(self.subject) > SUBJECT_LONGEST:
            raise ValueError("a letter needs a key and a subject that fits")
        if self.unsubscribe and not _WEB_ADDRESS.fullmatch(self.unsubscribe):
            raise ValueError("letters are ended at an address of the web")
        if self.written_at.tzinfo is None:
            raise ValueError("a letter is written at an aware instant")

    def composed(self, sender: str) -> bytes:
        """The whole message; the same letter makes the same bytes."""
        message = EmailMessage(policy=_POLICY)
        message["Date"] = self.written_at
        message["From"] = Address(self.sender_name, addr_spec=sender)
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Message-ID"] = self.message_id(sender)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
        if self.unsubscribe:
            message["List-Unsubscribe"] = f"<{self.unsubscribe}>"
        if self.unsubscribe.startswith("https://"):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(self.text, charset="utf-8", cte="base64")
        return message.as_bytes()

    def message_id(self, sender: str) -> str:
        """A digest: the key itself may name persons and things."""
        digest = hashlib.sha256(self.key.encode()).hexdigest()[:40]
        return f"<{digest}@{sender.rpartition('@')[2]}>"
