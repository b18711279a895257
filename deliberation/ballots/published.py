"""What of a ballot is published, so that each can find their vote and anyone can count again.

The list is one line a vote, with its area where areas count; its root is the Merkle tree hash of
RFC 9162 §2.1, journalled with the result, so that no line can be changed, added or dropped
afterwards.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from deliberation.errors import Code, Refusal

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs without 0, 1, I and O, which people take for one another."""

RECEIPT_BYTES = 5
"""40 bits: among 3,000 votes of a ballot two codes agree about once in 240,000 ballots; the store
keeps them apart, and the caller then draws again."""

SALT_BYTES = 16


def receipt_code(drawn: bytes) -> str:
    """Five random bytes as a code to write down: "7K3F-92QM"."""
    if len(drawn) != RECEIPT_BYTES:
        raise ValueError(f"a receipt needs {RECEIPT_BYTES} bytes")
    number = int.from_bytes(drawn, "big")
    first, second = _PAIRS[number >> 30], _PAIRS[number >> 20 & 1023]
    return f"{first}{second}-{_PAIRS[number >> 10 & 1023]}{_PAIRS[number & 1023]}"


_RECEIPT = re.compile(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}")


def check_receipt(code: str) -> None:
    """Of a code that a voter's device made. Raises BALLOT_RECEIPT_MALFORMED."""
    if not _RECEIPT.fullmatch(code):
        raise Refusal(Code.BALLOT_RECEIPT_MALFORMED)


_PAIRS = [one + other for one in ALPHABET for other in ALPHABET]
"""Two signs for ten bits each: a code is made for every vote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedVote:
    """A vote as everybody may see it; `voter` is told only where the rule is a roll-call."""

    receipt: str
    choice: str
    voter: str = ""
    area: int = 0
    """In 0.01 m², where votes are counted by area too."""


def published_lines(votes: Iterable[PublishedVote]) -> list[str]:
    """One line a vote, in the order of the receipts, which says nothing of who voted when."""
    return [
        json.dumps(
            [vote.receipt, vote.choice, vote.voter, *([vote.area] if vote.area else [])],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for vote in sorted(votes, key=lambda vote: vote.receipt)
    ]


def votes_from(lines: Iterable[str]) -> list[PublishedVote]:
    """Reads a published list back, to count it again. ValueError for a line that is none."""
    votes = []
    for line in lines:
        fields = json.loads(line)
        kinds = [type(field) for field in fields] if isinstance(fields, list) else []
        if kinds not in ([str, str, str], [str, str, str, int]):
            raise ValueError(f"not a published vote: {line!r}")
        receipt, choice, voter, *area = fields
        votes.append(PublishedVote(receipt=receipt, choice=choice, voter=voter, area=sum(area)))
    return votes


def merkle_root(lines: Sequence[str]) -> str:
    """Merkle tree hash of RFC 9162 §2.1.1 over the lines in UTF-8, in hexadecimal."""
    return _tree([line.encode() for line in lines]).hex()


def _tree(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below the length
    return hashlib.sha256(b"\x01" + _tree(leaves[:split]) + _tree(leaves[split:])).digest()


def electorate_digest(salt: bytes, voters: Iterable[tuple[UUID, int]]) -> str:
    """Commits to who may vote, and with what weight, without telling it: SHA-256 over the salt and
    the sorted lines "id weight", in hexadecimal. The salt is kept until the list may be shown."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt needs {SALT_BYTES} bytes")
    lines = sorted(f"{voter.hex} {weight}\n" for voter, weight in voters)
    return hashlib.sha256(salt + "".join(lines).encode()).hexdigest()
