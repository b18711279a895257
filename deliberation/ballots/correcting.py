"""Corrections of an open ballot's electorate: somebody was left out, or stands there wrongly.

The electorate that was frozen stays stored; the ballot goes on with another one, and the journal
says how many were added or struck, why, and under which digest. Who they are is restricted.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from deliberation import journal, store
from deliberation.ballots.desk import open_ballot_in, voter_named
from deliberation.ballots.electorates import Voter, freeze, voters_for, voters_in
from deliberation.ballots.frozen import frozen_of
from deliberation.ballots.models import Ballot, Mark, Paper, Vote
from deliberation.errors import Code, Refusal
from deliberation.journal.events import ElectorateChanged
from deliberation.meetings.models import Meeting
from deliberation.people.cards import person_of_code
from deliberation.people.models import Household, Person
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
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await _held(meeting, ballot, at)
        voters = await voters_in(found.electorate_id)
        new = await _voter_of(actor, found, voters, who, key)
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
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await _held(meeting, ballot, at)
        voter = await voter_named(ballot, who, key=key)
        for table in (Vote, Mark, Paper):
            if await table.exists(ballot_id=ballot, voter_id=voter):
                raise Refusal(Code.BALLOT_ELECTOR_VOTED)
        voters = await voters_in(found.electorate_id)
        await _go_on_with(entry, found, [v for v in voters if v.id != voter], voter, said)


async def _held(meeting: UUID, ballot: UUID, at: datetime) -> Ballot:
    """The open ballot, locked: votes under way are in before it is looked whether one was cast, and
    others wait for the new electorate."""
    await store.write("UPDATE ballot SET entitled = entitled WHERE id = ?", [ballot])
    return await open_ballot_in(meeting, ballot, at=at)


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


async def _voter_of(
    actor: Actor, ballot: Ballot, frozen: Sequence[Voter], who: str, key: bytes
) -> Voter:
    """As they would have been frozen, had they stood on the roll."""
    match frozen_of(ballot).rule.electorate:
        case "households":
            return await _household(actor, ballot, who, key)
        case "persons":
            person = await _person(actor, who, key)
            return Voter(id=person, holder=person, area=0)
        case "owners":
            return await _owner(ballot, frozen, await _person(actor, who, key))


async def _person(actor: Actor, who: str, key: bytes) -> UUID:
    """By the card only: a name alone may be another's."""
    try:
        found = await person_of_code(key, who)
    except Refusal:
        raise Refusal(Code.PERSON_NOT_FOUND) from None
    if not await Person.exists(id=found, community_id=actor.community):
        raise Refusal(Code.PERSON_NOT_FOUND)
    return found


async def _household(actor: Actor, ballot: Ballot, who: str, key: bytes) -> Voter:
    """Of the meeting's part of the community."""
    meeting = await Meeting.get(id=ballot.meeting_id)
    homes = Household.filter(
        community_id=actor.community, unit__place_path__startswith=meeting.scope
    )
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


async def _owner(ballot: Ballot, frozen: Sequence[Voter], person: UUID) -> Voter:
    """The head that the person casts for, as things stand now. Raises BALLOT_ELECTOR_OVERLAPS while
    a former owner of something stands there with its area."""
    now = await voters_for(ballot.meeting_id, "owners")
    areas = {voter.id: voter.area for voter in now}
    known = {voter.id for voter in frozen}
    theirs = [voter for voter in now if voter.holder == person]
    new = [voter for voter in theirs if voter.id not in known]
    if theirs and not new:
        raise Refusal(Code.BALLOT_ELECTOR_THERE)
    if not new:
        raise Refusal(Code.PERSON_NOT_FOUND)
    if any(areas.get(voter.id, 0) < voter.area for voter in frozen):
        raise Refusal(Code.BALLOT_ELECTOR_OVERLAPS)
    return new[0]
