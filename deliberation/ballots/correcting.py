"""Corrections of an open ballot's electorate: somebody was left out, or stands there wrongly.

The electorate that was frozen stays stored; the ballot goes on with another one, and the journal
says how many were added or struck, why, and under which digest. Who they are is restricted.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.ballots.desk import open_ballot_in, voter_named
from deliberation.ballots.electorates import Voter, freeze, voters_in
from deliberation.ballots.frozen import frozen_of
from deliberation.ballots.models import Ballot, Mark, Paper, Vote
from deliberation.errors import Code, Refusal
from deliberation.journal.events import ElectorateChanged
from deliberation.people.cards import person_of_code
from deliberation.people.models import Household, Ownership, Person
from deliberation.people.roles import Actor, Permission


@journal.shielded
async def add_elector(
    actor: Actor,
    meeting: UUID,
    ballot: UUID,
    who: str,
    reason: str,
    *,
    key: bytes,
    at: datetime,
) -> None:
    """Add the voter with that card or door, with a public reason.

    Raises REASON_REQUIRED, PERSON_NOT_FOUND, BALLOT_ELECTOR_THERE, BALLOT_NOT_OPEN.
    """
    actor.require(Permission.PRESIDE)
    said = _reason(reason)
    async with journal.record(meeting, actor=actor.person, at=at) as entry:
        found = await open_ballot_in(meeting, ballot, at=at)
        voters = await voters_in(found.electorate_id)
        new = await _voter_of(actor, found, who, key)
        if any(voter.id == new.id for voter in voters):
            raise Refusal(Code.BALLOT_ELECTOR_THERE)
        await _go_on_with(entry, found, [*voters, new], new.id, said)


@journal.shielded
async def strike_elector(
    actor: Actor,
    meeting: UUID,
    ballot: UUID,
    who: str,
    reason: str,
    *,
    key: bytes,
    at: datetime,
) -> None:
    """Strike a voter who has neither voted nor been given a paper, with a public reason.

    Raises REASON_REQUIRED, BALLOT_VOTER_UNKNOWN, BALLOT_ELECTOR_VOTED, BALLOT_NOT_OPEN.
    """
    actor.require(Permission.PRESIDE)
    said = _reason(reason)
    async with journal.record(meeting, actor=actor.person, at=at) as entry:
        found = await open_ballot_in(meeting, ballot, at=at)
        voter = await voter_named(ballot, who, key=key)
        for table in (Vote, Mark, Paper):
            if await table.exists(ballot_id=ballot, voter_id=voter):
                raise Refusal(Code.BALLOT_ELECTOR_VOTED)
        voters = await voters_in(found.electorate_id)
        await _go_on_with(entry, found, [v for v in voters if v.id != voter], voter, said)


def _reason(text: str) -> str:
    if not text.strip():
        raise Refusal(Code.REASON_REQUIRED)
    return text.strip()


async def _go_on_with(
    entry: journal.Recorder, ballot: Ballot, voters: Sequence[Voter], whom: UUID, reason: str
) -> None:
    electorate = await freeze(ballot.meeting_id, voters)
    more = electorate.size - ballot.entitled
    area = sum(voter.area for voter in voters) if frozen_of(ballot).rule.is_by_area else 0
    ballot.electorate_id = electorate.id
    ballot.entitled, ballot.entitled_area = electorate.size, area
    await ballot.save(update_fields=["electorate_id", "entitled", "entitled_area"])
    changed = ElectorateChanged(
        ballot=ballot.id,
        added=max(0, more),
        struck=max(0, -more),
        entitled=electorate.size,
        entitled_area=area,
        electorate_digest=electorate.digest,
        reason=reason,
    )
    entry.tell(changed, subject=f"ballot:{ballot.id}", restricted={"voter": str(whom)})


async def _voter_of(actor: Actor, ballot: Ballot, who: str, key: bytes) -> Voter:
    """As they would have been frozen, had they stood on the roll."""
    match frozen_of(ballot).rule.electorate:
        case "households":
            return await _household(actor, who, key)
        case "persons":
            person = await _person(actor, who, key)
            return Voter(id=person, holder=person, area=0)
        case "owners":
            return await _owner(await _person(actor, who, key))


async def _person(actor: Actor, who: str, key: bytes) -> UUID:
    """By the card only: a name alone may be another's."""
    try:
        found = await person_of_code(key, who)
    except Refusal:
        raise Refusal(Code.PERSON_NOT_FOUND) from None
    if not await Person.exists(id=found, community_id=actor.community):
        raise Refusal(Code.PERSON_NOT_FOUND)
    return found


async def _household(actor: Actor, who: str, key: bytes) -> Voter:
    homes = Household.filter(community_id=actor.community)
    try:
        person = await Person.get(id=await _person(actor, who, key))
    except Refusal:
        rows = await homes.filter(unit__label=who.strip()).limit(2).prefetch_related("unit")
    else:
        rows = await homes.filter(id=person.household_id).prefetch_related("unit")
    if len(rows) != 1:
        raise Refusal(Code.PERSON_NOT_FOUND)
    home = rows[0]
    return Voter(id=home.id, holder=home.representative_id, area=home.unit.area_hundredths)


async def _owner(person: UUID) -> Voter:
    """Of the units that nobody else owns with them: others have a head of their own."""
    theirs = await Ownership.filter(person_id=person).prefetch_related("unit")
    alone = [
        row.unit.area_hundredths
        for row in theirs
        if await Ownership.filter(unit_id=row.unit_id).count() == 1
    ]
    if not alone:
        raise Refusal(Code.PERSON_NOT_FOUND)
    return Voter(id=person, holder=person, area=sum(alone))
