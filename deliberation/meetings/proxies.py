"""Mandates: given by the voter or, from a paper, at the desk; taken back; shown to both.

Whether the holder has voted is asked of the votes themselves: the mandate's row says only whether
it is in force. Casting looks at that row in the statement that casts (`ballots.statements`).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation import journal, store
from deliberation.errors import Code, Refusal
from deliberation.journal.events import ProxyGiven, ProxyRevoked
from deliberation.journal.views import MeetingState
from deliberation.meetings import mandates
from deliberation.meetings.attending import households_there, tell_quorum
from deliberation.meetings.mandates import GivingFacts, Scope
from deliberation.meetings.models import Meeting, Proxy, RollEntry
from deliberation.people.models import Household, Person
from deliberation.people.roles import Actor, Permission
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Electorate


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """What is asked for. `giver` is named at the desk, with the `witness` who saw the signature;
    None: the actor gives their own vote. `instruction`: the only choice allowed, for one item."""

    holder: UUID
    item: UUID | None = None
    instruction: str = ""
    giver: UUID | None = None
    witness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A mandate as giver, holder and desk see it. `item` is None for the whole meeting."""

    id: UUID
    item: UUID | None
    voter: UUID
    giver: UUID
    holder: UUID
    instruction: str
    is_given: bool
    is_used: bool
    given_at: datetime


@journal.shielded
async def give(actor: Actor, meeting: UUID, giving: Giving, *, at: datetime) -> UUID:
    """Have another person vote; returns the mandate's id.

    Raises what `mandates.scope_of` and `mandates.check_may_give` refuse, PROXY_WITNESS_REQUIRED,
    PROXY_INSTRUCTION_NEEDS_ITEM, BALLOT_CHOICE_UNKNOWN.
    """
    giver = _giver(actor, giving)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        state = await journal.state_of(meeting)
        scope = mandates.scope_of(state, giving.item)
        mandates.check_scope(scope)
        instruction = _instruction(state, scope, giving.instruction)
        facts = await _facts(state, meeting, scope, giver, giving.holder)
        made = Proxy(
            meeting_id=meeting,
            item_id=giving.item,
            voter_id=mandates.check_may_give(facts),
            giver_id=giver,
            holder_id=giving.holder,
            instruction=instruction,
            given_at=at,
        )
        await made.save(force_create=True)
        told = ProxyGiven(proxy=made.id, item=giving.item)
        entry.tell(told, subject=f"proxy:{made.id}", restricted=_restricted(made, giving.witness))
        await tell_quorum(entry, meeting)
    return made.id


def _giver(actor: Actor, giving: Giving) -> UUID:
    if giving.giver is None:
        actor.require(Permission.VOTE)
        return actor.present_person()
    actor.require(Permission.RECORD)
    if not giving.witness.strip():
        raise Refusal(Code.PROXY_WITNESS_REQUIRED)
    return giving.giver


def _instruction(state: MeetingState, scope: Scope, text: str) -> str:
    """In its one spelling; only one item can be told how to vote on."""
    if not text:
        return ""
    item = state.item(scope.item) if scope.item else None
    if item is None:
        raise Refusal(Code.PROXY_INSTRUCTION_NEEDS_ITEM)
    asked = item.ballot.question if item.ballot else item.question
    question = Question.from_json(asked) if asked else MOTION
    return question.choice_from(text, follow=scope.rules[0].follow != "none")


async def _facts(
    state: MeetingState, meeting: UUID, scope: Scope, giver: UUID, holder: UUID
) -> GivingFacts:
    voter = await voter_of(meeting, scope.electorate, giver)
    past = {item.id for item in state.items if mandates.is_over(item)}
    given = [
        mandate
        for mandate in await Proxy.filter(meeting_id=meeting, state="given")
        if mandate.item_id not in past and _overlap(mandate.item_id, scope.item)
    ]
    return GivingFacts(
        scope=scope,
        giver=giver,
        holder=holder,
        chair=state.chair,
        voter=voter,
        may_hold=await _may_hold(meeting, holder),
        has_voted=voter is not None and await _has_voted(scope.item, voter),
        is_given=voter in {mandate.voter_id for mandate in given},
        held=len({mandate.voter_id for mandate in given if mandate.holder_id == holder}),
    )


async def voter_of(meeting: UUID, electorate: Electorate, person: UUID) -> UUID | None:
    """For whom a person casts the vote in an electorate that is made of the meeting's roll, by the
    id that it will use. None for co-owners: which of them casts is theirs to say, not a mandate."""
    if electorate == "owners":
        return person if await _owns(meeting, person, alone=True) else None
    found = await Person.get_or_none(id=person)
    household = found.household_id if found else None
    if household is None or not await RollEntry.exists(meeting_id=meeting, household_id=household):
        return None
    if electorate == "persons":
        return person
    home = await Household.get(id=household)
    return household if home.representative_id in (None, person) else None


async def _owns(meeting: UUID, person: UUID, *, alone: bool = False) -> bool:
    rows = await store.read(
        "SELECT o.unit_id FROM ownership o JOIN household h ON h.unit_id = o.unit_id"
        " JOIN roll_entry r ON r.household_id = h.id WHERE r.meeting_id = ? AND o.person_id = ?"
        " AND (? = 0 OR NOT EXISTS (SELECT 1 FROM ownership c WHERE c.unit_id = o.unit_id"
        " AND c.person_id <> o.person_id)) LIMIT 1",
        meeting,
        person,
        int(alone),
    )
    return bool(rows)


async def _may_hold(meeting: UUID, person: UUID) -> bool:
    found = await Person.get_or_none(id=person)
    household = found.household_id if found else None
    if household and await RollEntry.exists(meeting_id=meeting, household_id=household):
        return True
    return await _owns(meeting, person)


async def _has_voted(item: UUID | None, voter: UUID) -> bool:
    rows = await store.read(
        "SELECT b.id FROM ballot b WHERE b.item_id = ? AND b.state = 'open'"
        " AND (EXISTS (SELECT 1 FROM vote v WHERE v.ballot_id = b.id AND v.voter_id = ?)"
        " OR EXISTS (SELECT 1 FROM mark m WHERE m.ballot_id = b.id AND m.voter_id = ?))",
        item,
        voter,
        voter,
    )
    return bool(rows)


def _overlap(one: UUID | None, other: UUID | None) -> bool:
    return one is None or other is None or one == other


def _restricted(mandate: Proxy, witness: str) -> dict[str, object]:
    return {
        "voter": str(mandate.voter_id),
        "giver": str(mandate.giver_id),
        "holder": str(mandate.holder_id),
        "instruction": mandate.instruction,
        "witness": witness.strip(),
    }


@journal.shielded
async def revoke(
    actor: Actor, meeting: UUID, proxy: UUID, *, witness: str = "", at: datetime
) -> None:
    """Take a mandate back: the giver, or the desk on their behalf, with a witness.

    Raises NOT_FOUND, PROXY_USED, PROXY_ENDED, PROXY_WITNESS_REQUIRED.
    """
    actor.require(Permission.ATTEND)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        before = await households_there(meeting)
        found = await _locked(meeting, proxy)
        if found.giver_id != actor.person:
            _check_desk(actor, witness)
        mandates.check_may_revoke(found.state, is_used=proxy in await _used(meeting))
        found.state, found.ended_at = "revoked", at
        await found.save(update_fields=["state", "ended_at"])
        told = ProxyRevoked(proxy=proxy)
        entry.tell(told, subject=f"proxy:{proxy}", restricted=_restricted(found, witness))
        await tell_quorum(entry, meeting, before=before)


def _check_desk(actor: Actor, witness: str) -> None:
    """To a resident, the mandates of others are not there."""
    if not actor.may(Permission.RECORD):
        raise Refusal(Code.NOT_FOUND)
    if not witness.strip():
        raise Refusal(Code.PROXY_WITNESS_REQUIRED)


async def _locked(meeting: UUID, proxy: UUID) -> Proxy:
    """The mandate, after every vote that is being cast with it: on PostgreSQL casting locks its
    row, on SQLite there is one writer."""
    statement = "SELECT id FROM proxy WHERE id = ? AND meeting_id = ?"
    lock = store.sql(sqlite="", postgres=" FOR UPDATE")
    if not await store.read(statement + lock, proxy, meeting):
        raise Refusal(Code.NOT_FOUND)
    return await Proxy.get(id=proxy)


_USED = (
    "SELECT p.id FROM proxy p JOIN ballot b ON b.meeting_id = p.meeting_id AND b.state <> 'voided'"
    " AND (p.item_id IS NULL OR p.item_id = b.item_id) WHERE p.meeting_id = ? AND p.state = 'given'"
    " AND (EXISTS (SELECT 1 FROM vote v WHERE v.ballot_id = b.id AND v.voter_id = p.voter_id"
    " AND v.channel = 'proxy') OR EXISTS (SELECT 1 FROM mark m WHERE m.ballot_id = b.id"
    " AND m.voter_id = p.voter_id AND m.channel = 'proxy'))"
)


async def _used(meeting: UUID) -> set[UUID]:
    """Mandates in force whose holder has voted; a ballot that was declared void does not count."""
    return store.identities(await store.read(_USED, meeting))


async def given_by(person: UUID, meeting: UUID) -> list[Mandate]:
    """Also those that were taken back; the latest first."""
    return await _shown(meeting, giver_id=person)


async def held_by(person: UUID, meeting: UUID) -> list[Mandate]:
    """Those in force."""
    return await _shown(meeting, holder_id=person, state="given")


async def all_of(actor: Actor, meeting: UUID) -> list[Mandate]:
    """For the desk."""
    actor.require(Permission.RECORD)
    held = await Meeting.get_or_none(id=meeting)
    actor.check_in(held.community_id if held else None)
    return await _shown(meeting)


async def _shown(meeting: UUID, **those: object) -> list[Mandate]:
    rows = await Proxy.filter(meeting_id=meeting, **those).order_by("-given_at", "id")
    used = await _used(meeting) if rows else set()
    return [
        Mandate(
            id=row.id,
            item=row.item_id,
            voter=row.voter_id,
            giver=row.giver_id,
            holder=row.holder_id,
            instruction=row.instruction,
            is_given=row.state == "given",
            is_used=row.id in used,
            given_at=row.given_at,
        )
        for row in rows
    ]
