"""Cards: codes made from a secret key, so that a stolen database tells no code."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from deliberation.errors import Code, Refusal
from deliberation.people.codes import code_from_digest, is_well_formed, normalise
from deliberation.people.models import Card


def code_of(key: bytes, card: UUID, serial: int) -> str:
    """The code printed on a card; it can be printed again because it is derived, not stored."""
    text = f"card:{card}:{serial}".encode()
    return code_from_digest(hmac.digest(key, text, hashlib.sha256))


def lookup_of(key: bytes, code: str) -> str:
    """What is stored of a code: enough to find it, useless without the key."""
    return hmac.digest(key, f"lookup:{code}".encode(), hashlib.sha256).hex()


def new_cards(key: bytes, people: Iterable[UUID], taken: set[str], at: datetime) -> list[Card]:
    """Cards for people, with lookups that are not in `taken` (which grows)."""
    return [_new_card(key, person, taken, at) for person in people]


def _new_card(key: bytes, person: UUID, taken: set[str], at: datetime) -> Card:
    card, serial = uuid4(), 0
    while (lookup := lookup_of(key, code_of(key, card, serial))) in taken:
        serial += 1
    taken.add(lookup)
    return Card(id=card, person_id=person, serial=serial, lookup=lookup, issued_at=at)


async def person_of_code(key: bytes, code: str) -> UUID:
    """Whose card it is.

    Raises CARD_MISTYPED when the check character does not fit, CARD_UNKNOWN when no card has it.
    """
    text = normalise(code)
    if not is_well_formed(text):
        raise Refusal(Code.CARD_MISTYPED)
    card = await Card.get_or_none(lookup=lookup_of(key, text), is_revoked=False)
    if card is None:
        raise Refusal(Code.CARD_UNKNOWN)
    return card.person_id
