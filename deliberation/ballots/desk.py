"""What every act of the paper desk begins with: the ballot, and the voter who stands there."""

from datetime import datetime
from uuid import UUID

from deliberation import journal, store
from deliberation.ballots import eligibility
from deliberation.ballots.eligibility import BallotState
from deliberation.ballots.models import Ballot
from deliberation.errors import Code, Refusal
from deliberation.people.cards import person_of_code

_ELECTORS = (
    "SELECT e.voter_id, e.person_id FROM ballot b JOIN elector e"
    " ON e.electorate_id = b.electorate_id WHERE b.id = ?"
)
_BY_PERSON = (
    "SELECT e.voter_id, 0 AS distance FROM ballot b JOIN elector e"
    " ON e.electorate_id = b.electorate_id WHERE b.id = ? AND (e.person_id = ? OR e.voter_id = ?"
    " OR e.voter_id IN (SELECT p.household_id FROM person p WHERE p.id = ?))"
)
_BY_DOOR = (
    "WITH door AS (SELECT u.id, h.id AS household FROM unit u LEFT JOIN household h"
    " ON h.unit_id = u.id WHERE u.label = ? OR u.place_path || ' ' || u.label = ?),"
    " living AS (SELECT p.id FROM person p WHERE p.household_id IN (SELECT household FROM door)"
    " UNION SELECT o.person_id FROM ownership o WHERE o.unit_id IN (SELECT id FROM door)"
    " UNION SELECT p.id FROM person p WHERE p.name = ?)"
    " SELECT e.voter_id, CASE WHEN e.voter_id IN (SELECT household FROM door)"
    " OR e.voter_id IN (SELECT id FROM door) THEN 0 ELSE 1 END AS distance FROM ballot b"
    " JOIN elector e ON e.electorate_id = b.electorate_id WHERE b.id = ?"
    " AND (e.voter_id IN (SELECT household FROM door) OR e.voter_id IN (SELECT id FROM door)"
    " OR e.voter_id IN (SELECT id FROM living) OR e.person_id IN (SELECT id FROM living))"
)
"""Whose the door is; those who live behind it, own it, or have that name, where it is not the door
that votes."""


async def ballot_in(meeting: UUID, ballot: UUID) -> Ballot:
    """Raises NOT_FOUND."""
    found = await Ballot.get_or_none(id=ballot, meeting_id=meeting)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def open_ballot_in(meeting: UUID, ballot: UUID, *, at: datetime | None = None) -> Ballot:
    """A ballot that takes votes; with `at`, whose window of days is not over then.

    Raises NOT_FOUND, BALLOT_NOT_OPEN, BALLOT_WINDOW_OVER, BALLOT_BY_HANDS.
    """
    found = await ballot_in(meeting, ballot)
    item = (await journal.state_of(meeting)).item(found.item_id)
    position = item.position if item else 0
    eligibility.check_is_open(position, BallotState(found.state))
    if at is not None and found.closes_at is not None and found.closes_at <= at:
        raise Refusal(Code.BALLOT_WINDOW_OVER, item=position)
    if found.is_by_hands:
        raise Refusal(Code.BALLOT_BY_HANDS)
    return found


async def voter_named(ballot: UUID, text: str, *, key: bytes) -> UUID:
    """The voter whose card, door or name it is; a door is written alone or with its place.

    Raises BALLOT_VOTER_UNKNOWN, BALLOT_VOTER_UNCLEAR.
    """
    try:
        person = await person_of_code(key, text)
    except Refusal:
        rows = await store.read(_BY_DOOR, text, text, text, ballot)
    else:
        rows = await store.read(_BY_PERSON, ballot, person, person, person)
    if not rows:
        raise Refusal(Code.BALLOT_VOTER_UNKNOWN, text=text)
    nearest = min(row["distance"] for row in rows)
    found = [store.identity(row["voter_id"]) for row in rows if row["distance"] == nearest]
    voters = {voter for voter in found if voter is not None}
    if len(voters) > 1:
        raise Refusal(Code.BALLOT_VOTER_UNCLEAR, text=text)
    return voters.pop()


async def holders_of(ballot: UUID) -> dict[UUID, UUID]:
    """Who votes for each voter: the one person who casts the vote, or the household as a whole."""
    rows = await store.read(_ELECTORS, ballot)
    found = {store.identity(row["voter_id"]): store.identity(row["person_id"]) for row in rows}
    return {voter: person or voter for voter, person in found.items() if voter is not None}
