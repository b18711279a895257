"""The hash chain: each entry seals the one before it, and both of its bodies by their digests."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from deliberation.journal.canonical import canonical

FIRST_HASH = "0" * 64
"""What the first entry of a stream follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What everybody gets of an entry."""

    stream: UUID
    seq: int
    at: datetime
    actor: UUID | None
    name: str
    subject: str | None
    public_digest: str
    restricted_digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An entry as it is stored; erased restricted bodies are None while their digest stays."""

    header: Header
    hash: str
    public: str
    public_salt: str
    restricted: str | None
    restricted_salt: str | None


def instant(at: datetime) -> str:
    """An instant as text, in UTC with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def body_digest(salt_hex: str, text: str) -> str:
    """SHA-256(salt ‖ canonical text): without the salt, short texts could be guessed."""
    return hashlib.sha256(bytes.fromhex(salt_hex) + text.encode()).hexdigest()


def entry_hash(previous: str, header: Header) -> str:
    """SHA-256(previous hash ‖ canonical header)."""
    text = canonical(
        {
            "stream": str(header.stream),
            "seq": header.seq,
            "at": instant(header.at),
            "actor": str(header.actor) if header.actor else None,
            "name": header.name,
            "subject": header.subject,
            "public": header.public_digest,
            "restricted": header.restricted_digest,
        }
    )
    return hashlib.sha256(bytes.fromhex(previous) + text.encode()).hexdigest()


def first_break(entries: Iterable[Sealed]) -> int | None:
    """The seq of the first entry that does not fit, or None when the whole chain holds."""
    previous, expected = FIRST_HASH, 1
    for entry in entries:
        if not _fits(entry, previous, expected):
            return expected
        previous, expected = entry.hash, expected + 1
    return None


def _fits(entry: Sealed, previous: str, seq: int) -> bool:
    header = entry.header
    return (
        header.seq == seq
        and entry.hash == entry_hash(previous, header)
        and body_digest(entry.public_salt, entry.public) == header.public_digest
        and _restricted_fits(entry)
    )


def _restricted_fits(entry: Sealed) -> bool:
    if entry.restricted is None or entry.restricted_salt is None:
        return entry.restricted is None and entry.restricted_salt is None
    return body_digest(entry.restricted_salt, entry.restricted) == entry.header.restricted_digest
