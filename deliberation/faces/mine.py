"""What is one person's own in a meeting: their vote, their presence, their turn to speak.

It never stands in a fragment that several people see; the page and the socket both tell it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from deliberation.ballots.frozen import Frozen, frozen
from deliberation.ballots.holding import holders_among
from deliberation.ballots.reading import holders_in, own_votes_in
from deliberation.ballots.votes import Cast
from deliberation.faces.context import in_turn
from deliberation.i18n import N_
from deliberation.journal.views import MeetingState
from deliberation.meetings.attending import on_roll, present_among
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import owners_among


@dataclass(frozen=True, slots=True, kw_only=True)
class MyTurn:
    """Where the person stands on the floor: `place` counts from 1 in the order of speaking, and
    is 0 while they speak."""

    state: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """`vote` is one's own in the ballot in hand; `why_not` says why there is none to cast.
    `votes_as` are the electorates that one is a voter of, for a ballot that is not open yet;
    `holds_others`: votes of others may be theirs to cast, as a proxy or for co-owners."""

    is_present: bool
    may_vote: bool
    why_not: str
    vote: Cast | None
    speech: MyTurn | None
    votes_as: tuple[str, ...] = ()
    holds_others: bool = False


async def mine_of(actor: Actor, state: MeetingState) -> Mine:
    """Read for one viewer; a visitor without a card has nothing of their own."""
    return (await mines_of([actor], state))[0]


async def mines_of(actors: Sequence[Actor], state: MeetingState) -> list[Mine]:
    """Read for many at once, by a handful of statements however many they are."""
    people = {actor.person for actor in actors if actor.person is not None}
    households = {actor.household for actor in actors if actor.household is not None}
    meeting = state.meeting
    if meeting is None:
        return [_mine(actor, _Known(), state) for actor in actors]
    ballot = state.current.ballot if state.current else None
    frozen_ballot = await frozen(ballot.id) if ballot else None
    ids = households | people
    known = _Known(
        ballot=frozen_ballot,
        voters=await holders_in(ballot.id, ids) if ballot and ids else {},
        votes=await own_votes_in(frozen_ballot, ids) if frozen_ballot and ids else {},
        present=await present_among(meeting, people) if people else set(),
        on_roll=await on_roll(meeting, households) if households else set(),
        owners=await owners_among(people) if people else set(),
        holding=await holders_among(meeting, ballot.id if ballot else None, people),
        turns=_turns_of(state),
    )
    return [_mine(actor, known, state) for actor in actors]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was read for all of them: voters of the ballot in hand with the one person who casts
    (None: any), their votes, who is present, on the roll, an owner, holds votes of others."""

    ballot: Frozen | None = None
    voters: Mapping[UUID, UUID | None] = field(default_factory=dict)
    votes: Mapping[UUID, Cast] = field(default_factory=dict)
    present: Collection[UUID] = ()
    on_roll: Collection[UUID] = ()
    owners: Collection[UUID] = ()
    holding: Collection[UUID] = ()
    turns: Mapping[UUID, MyTurn] = field(default_factory=dict)


def _mine(actor: Actor, known: _Known, state: MeetingState) -> Mine:
    votes_as = _votes_as(actor, known)
    may_vote = _may_vote(actor, known, state, votes_as)
    voter = known.ballot.voter_of(actor) if known.ballot else None
    return Mine(
        is_present=actor.person in known.present,
        may_vote=may_vote,
        why_not="" if may_vote else _why_not(actor, state),
        vote=known.votes.get(voter) if voter else None,
        speech=known.turns.get(actor.person) if actor.person else None,
        votes_as=votes_as,
        holds_others=actor.person in known.holding,
    )


def _votes_as(actor: Actor, known: _Known) -> tuple[str, ...]:
    """By the roll, before any ballot is open; who casts for a household is found out then."""
    if actor.household is None or actor.household not in known.on_roll:
        return ()
    is_owner = actor.person in known.owners
    return ("households", "persons", *(["owners"] if is_owner else []))


def _may_vote(actor: Actor, known: _Known, state: MeetingState, votes_as: Collection[str]) -> bool:
    """In the ballot in hand by its electorate; before, by the roll that it will be opened on."""
    if not actor.may(Permission.VOTE):
        return False
    if known.ballot is None:
        return _electorate(state) in votes_as
    if known.ballot.rule.chair != "votes" and actor.person == state.chair:
        return False
    voter = known.ballot.voter_of(actor)
    if voter is None or voter not in known.voters:
        return False
    return known.voters[voter] in (None, actor.person)


def _electorate(state: MeetingState) -> str:
    rule = state.rule_of(state.current) if state.current else state.rule
    return str(rule.get("electorate", "households"))


_NOT_MINE: Mapping[str, str] = MappingProxyType(
    {
        "households": N_("一户一票，由户代表投。您可以看、可以发言。"),
        "persons": N_("这次表决一人一票，您不在表决名册上。您可以看、可以发言。"),
        "owners": N_("这次表决由业主投票，您不在表决名册上。您可以看、可以发言。"),
    }
)


def _why_not(actor: Actor, state: MeetingState) -> str:
    if actor.person is None:
        return N_("凭户卡登录后就能投票。")
    if actor.person == state.chair:
        return N_("主持人主持期间不投票。")
    return _NOT_MINE[_electorate(state)]


def _turns_of(state: MeetingState) -> dict[UUID, MyTurn]:
    """Everybody who waits for the floor or has it."""
    queue = in_turn(state).queue
    turns = {speech.person: MyTurn(state="waiting", place=n) for n, speech in enumerate(queue, 1)}
    if state.speaking is not None:
        turns[state.speaking.speech.person] = MyTurn(state="speaking", place=0)
    return turns
