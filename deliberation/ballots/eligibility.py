"""Who may open, cast, close, announce: pure, from facts read under the stream's lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from deliberation.ballots.tally import Choice
from deliberation.errors import Code, Refusal
from deliberation.meetings.rules import ItemState, MeetingState, has_quorum, present_required
from deliberation.rulesets.rules import Rule


class BallotState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ANNOUNCED = "announced"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningFacts:
    """What is true of an item when its ballot is to be opened."""

    item: int
    """The item's position, for the words."""
    meeting: MeetingState
    state: ItemState
    is_noticed: bool
    wording: str
    is_read: bool
    """The wording was read out."""
    is_someone_speaking: bool
    ballot: BallotState | None
    """The latest ballot on this item."""
    roll: int
    present: int
    entitled: int
    rule: Rule


def may_open(facts: OpeningFacts) -> None:
    """Only a noticed item in hand, its exact wording read, a quorum present, the floor empty."""
    item = facts.item
    if facts.meeting is not MeetingState.CONVENED:
        raise Refusal(Code.MEETING_NOT_CONVENED)
    if not facts.is_noticed:
        raise Refusal(Code.BALLOT_NOT_NOTICED, item=item)
    if facts.state is not ItemState.OPEN:
        raise Refusal(Code.ITEM_NOT_OPEN, item=item)
    if facts.ballot is BallotState.OPEN:
        raise Refusal(Code.BALLOT_ALREADY_OPEN, item=item)
    if facts.ballot in (BallotState.CLOSED, BallotState.ANNOUNCED):
        raise Refusal(Code.BALLOT_ALREADY_HELD, item=item)
    _check_motion(facts)
    _check_voters(facts)


def _check_motion(facts: OpeningFacts) -> None:
    if not facts.wording.strip():
        raise Refusal(Code.BALLOT_WORDING_MISSING, item=facts.item)
    if not facts.is_read:
        raise Refusal(Code.BALLOT_WORDING_NOT_READ, item=facts.item)
    if facts.is_someone_speaking:
        raise Refusal(Code.BALLOT_SPEECH_RUNNING, item=facts.item)


def _check_voters(facts: OpeningFacts) -> None:
    if not has_quorum(facts.rule, facts.present, facts.roll):
        required = present_required(facts.rule, facts.roll)
        raise Refusal(Code.BALLOT_NO_QUORUM, present=facts.present, required=required)
    if facts.entitled == 0:
        raise Refusal(Code.BALLOT_NO_ELECTORATE, item=facts.item)


@dataclass(frozen=True, slots=True, kw_only=True)
class CastingFacts:
    """What is true of a household's vote when it is to be cast."""

    item: int
    state: BallotState
    choice: str
    household: UUID
    """For whom the vote is cast."""
    is_entitled: bool
    """The household is in the electorate that was frozen with the opening."""
    holder: UUID | None
    """The one person who casts the household's vote; None: any person of the household."""
    actor: UUID
    actor_household: UUID | None
    has_voted: bool
    """The household, by whichever of its persons."""
    may_change: bool
    """By the rule frozen with the opening."""


def may_cast(facts: CastingFacts) -> None:
    """The first vote of a household, or a change of it where the rule allows one."""
    check_is_open(facts.item, facts.state)
    choice_from(facts.choice)
    if not facts.is_entitled:
        raise Refusal(Code.BALLOT_NOT_ENTITLED, item=facts.item)
    if not _holds_vote(facts):
        raise Refusal(Code.BALLOT_NOT_YOURS, item=facts.item)
    if facts.has_voted and not facts.may_change:
        raise Refusal(Code.BALLOT_VOTE_FINAL, item=facts.item)


def _holds_vote(facts: CastingFacts) -> bool:
    if facts.holder is not None:
        return facts.actor == facts.holder
    return facts.actor_household == facts.household


_CHOICES: Mapping[str, Choice] = MappingProxyType({choice.value: choice for choice in Choice})


def choice_from(text: str) -> Choice:
    choice = _CHOICES.get(text)
    if choice is None:
        raise Refusal(Code.BALLOT_CHOICE_UNKNOWN)
    return choice


def check_is_open(item: int, state: BallotState) -> None:
    """For casting, extending and closing."""
    if state is not BallotState.OPEN:
        raise Refusal(Code.BALLOT_NOT_OPEN, item=item)


def check_may_announce(state: BallotState) -> None:
    """Announced once, after the close."""
    if state is BallotState.OPEN:
        raise Refusal(Code.BALLOT_NOT_CLOSED)
    check_may_void(state)


def check_may_void(state: BallotState) -> None:
    """Until the result is announced; from then on a resolution rests on it."""
    if state is BallotState.ANNOUNCED:
        raise Refusal(Code.BALLOT_ALREADY_ANNOUNCED)
    if state is BallotState.VOIDED:
        raise Refusal(Code.BALLOT_VOIDED)
