"""What is one person's own in a meeting: their vote, their presence, their turn to speak.

It never stands in a fragment that several people see; the page and the socket both tell it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from deliberation.ballots.reading import holders_in, own_votes_in
from deliberation.ballots.votes import Cast
from deliberation.faces.context import in_turn
from deliberation.i18n import N_
from deliberation.journal.views import MeetingState
from deliberation.meetings.attending import on_roll, present_among
from deliberation.people.roles import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class MyTurn:
    """Where the person stands on the floor: `place` counts from 1 in the order of speaking, and
    is 0 while they speak."""

    state: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """`vote` is the household's in the ballot in hand; `why_not` says why there is none to cast."""

    is_present: bool
    may_vote: bool
    why_not: str
    vote: Cast | None
    speech: MyTurn | None


async def mine_of(actor: Actor, state: MeetingState) -> Mine:
    """Read for one viewer; a visitor without a card has nothing of their own."""
    return (await mines_of([actor], state))[0]


async def mines_of(actors: Sequence[Actor], state: MeetingState) -> list[Mine]:
    """Read for many at once, by a handful of statements however many they are."""
    people = {actor.person for actor in actors if actor.person is not None}
    households = {actor.household for actor in actors if actor.household is not None}
    ballot = state.current.ballot.id if state.current and state.current.ballot else None
    meeting = state.meeting
    present = await present_among(meeting, people) if meeting and people else set()
    voters = await _voters(state, ballot, households) if households else {}
    votes = await own_votes_in(ballot, households) if ballot and households else {}
    turns = _turns_of(state)
    return [
        _mine(
            actor,
            is_present=actor.person in present,
            may_vote=_may_vote(actor, voters),
            vote=votes.get(actor.household) if actor.household else None,
            turn=turns.get(actor.person) if actor.person else None,
        )
        for actor in actors
    ]


def _mine(
    actor: Actor, *, is_present: bool, may_vote: bool, vote: Cast | None, turn: MyTurn | None
) -> Mine:
    return Mine(
        is_present=is_present,
        may_vote=may_vote,
        why_not="" if may_vote else _why_not(actor),
        vote=vote,
        speech=turn,
    )


async def _voters(
    state: MeetingState, ballot: UUID | None, households: Collection[UUID]
) -> dict[UUID, UUID | None]:
    """Who may vote, with the one person who casts (None: any): in the ballot in hand by its
    electorate; before, by the roll that it will be opened on."""
    if ballot is not None:
        return await holders_in(ballot, households)
    if state.meeting is None:
        return {}
    return dict.fromkeys(await on_roll(state.meeting, households))


def _may_vote(actor: Actor, voters: Mapping[UUID, UUID | None]) -> bool:
    if actor.household is None or actor.household not in voters or not actor.may(Permission.VOTE):
        return False
    return voters[actor.household] in (None, actor.person)


def _why_not(actor: Actor) -> str:
    if actor.person is None:
        return N_("凭户卡登录后就能投票。")
    return N_("一户一票，由户代表投。您可以看、可以发言。")


def _turns_of(state: MeetingState) -> dict[UUID, MyTurn]:
    """Everybody who waits for the floor or has it."""
    queue = in_turn(state).queue
    turns = {speech.person: MyTurn(state="waiting", place=n) for n, speech in enumerate(queue, 1)}
    if state.speaking is not None:
        turns[state.speaking.speech.person] = MyTurn(state="speaking", place=0)
    return turns
