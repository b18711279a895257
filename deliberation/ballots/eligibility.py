"""Who may open, cast, close, announce: pure, from facts read under the stream's lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from deliberation.ballots.tally import area_text
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
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
    """Voters of the roll who are there, themselves or through who holds their mandate."""
    entitled: int
    rule: Rule
    roll_area: int = 0
    present_area: int = 0
    """In 0.01 m²."""


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
    area = facts.rule.attendance_area
    if area is not None and not area.reached(facts.present_area, facts.roll_area):
        raise Refusal(
            Code.BALLOT_NO_QUORUM,
            present=area_text(facts.present_area),
            required=area_text(area.required(facts.roll_area)),
        )
    if facts.entitled == 0:
        raise Refusal(Code.BALLOT_NO_ELECTORATE, item=facts.item)


class ChannelClass(StrEnum):
    """Channels on which a voter votes in the same way."""

    ONLINE = "online"
    PAPER = "paper"
    PROXY = "proxy"


CHANNEL_CLASSES: Mapping[str, ChannelClass] = MappingProxyType(
    {
        "paper": ChannelClass.PAPER,
        "tel": ChannelClass.PAPER,
        "proxy": ChannelClass.PROXY,
    }
)
"""Every other channel is online."""

CHANNEL_WORDS: Mapping[ChannelClass, str] = MappingProxyType(
    {
        ChannelClass.ONLINE: N_("手机或网页"),
        ChannelClass.PAPER: N_("纸票或电话"),
        ChannelClass.PROXY: N_("委托"),
    }
)


def class_of(channel: str) -> ChannelClass:
    return CHANNEL_CLASSES.get(channel, ChannelClass.ONLINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CastingFacts:
    """What is true of a vote when it is to be cast."""

    item: int
    state: BallotState
    household: UUID
    """For whom the vote is cast."""
    is_entitled: bool
    """The voter is in the electorate that was frozen with the opening."""
    holder: UUID | None
    """The one person who casts the vote; None: any person of the household."""
    actor: UUID
    actor_household: UUID | None
    channel: str
    voted_by: str | None
    """The channel of the vote that stands, if there is one."""
    may_change: bool
    """By the rule frozen with the opening."""
    precedence: str = "first"
    is_over: bool = False
    """Its window of days is."""
    is_by_hands: bool = False
    """A show of hands was counted instead of votes."""
    is_silent: bool = False
    """The actor presides and has no vote for that."""


def may_cast(facts: CastingFacts) -> None:
    """The first vote of a voter, or a change of it where the rule allows one."""
    check_is_open(facts.item, facts.state)
    if facts.is_over:
        raise Refusal(Code.BALLOT_WINDOW_OVER, item=facts.item)
    if facts.is_by_hands:
        raise Refusal(Code.BALLOT_BY_HANDS)
    if facts.is_silent:
        raise Refusal(Code.BALLOT_CHAIR_SILENT)
    if not facts.is_entitled:
        raise Refusal(Code.BALLOT_NOT_ENTITLED, item=facts.item)
    if not _holds_vote(facts):
        raise Refusal(Code.BALLOT_NOT_YOURS, item=facts.item)
    if facts.voted_by is not None:
        _may_change(facts, class_of(facts.voted_by), class_of(facts.channel))


def _may_change(facts: CastingFacts, before: ChannelClass, now: ChannelClass) -> None:
    if before is not now and before is ChannelClass.PROXY:
        raise Refusal(Code.BALLOT_BY_PROXY)
    if before is not now and facts.precedence != now:
        raise Refusal(Code.BALLOT_ON_ANOTHER_CHANNEL, channel=CHANNEL_WORDS[before])
    if before is now and not facts.may_change:
        raise Refusal(Code.BALLOT_VOTE_FINAL, item=facts.item)


def _holds_vote(facts: CastingFacts) -> bool:
    """Who holds a mandate was looked at before; papers are entered by two people."""
    if class_of(facts.channel) is not ChannelClass.ONLINE:
        return True
    if facts.holder is not None:
        return facts.actor == facts.holder
    return facts.actor_household == facts.household


def check_is_open(item: int, state: BallotState) -> None:
    """For casting, extending and closing."""
    if state is not BallotState.OPEN:
        raise Refusal(Code.BALLOT_NOT_OPEN, item=item)


def check_may_announce(state: BallotState) -> None:
    """Announced once, after the close."""
    if state is BallotState.OPEN:
        raise Refusal(Code.BALLOT_NOT_CLOSED)
    check_may_void(state)


def check_may_void(state: BallotState, *, is_provisional: bool = False) -> None:
    """Until the result is final; from then on a resolution rests on it."""
    if state is BallotState.ANNOUNCED and not is_provisional:
        raise Refusal(Code.BALLOT_ALREADY_ANNOUNCED)
    if state is BallotState.VOIDED:
        raise Refusal(Code.BALLOT_VOIDED)


def check_is_provisional(
    state: BallotState, until: datetime | None, certified_at: datetime | None
) -> None:
    """For certifying. Raises BALLOT_CERTIFIED, BALLOT_NOT_PROVISIONAL."""
    if certified_at is not None:
        raise Refusal(Code.BALLOT_CERTIFIED)
    if state is not BallotState.ANNOUNCED or until is None:
        raise Refusal(Code.BALLOT_NOT_PROVISIONAL)
