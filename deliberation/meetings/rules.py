"""What the chair may do when: the meeting, its items, its quorum. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from deliberation.errors import Code, Refusal
from deliberation.rulesets.rules import Rule


class MeetingState(StrEnum):
    PLANNED = "planned"
    NOTICED = "noticed"
    CONVENED = "convened"
    ADJOURNED = "adjourned"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingFacts:
    """Where a meeting stands. Items are named by their position on the agenda, from 1."""

    state: MeetingState
    open_item: int | None = None
    open_ballot: int | None = None
    """The item on which a ballot is open."""
    unannounced: int | None = None
    """An item whose ballot is closed and whose result is not announced yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    position: int
    state: ItemState
    is_noticed: bool


def present_required(rule: Rule, roll: int) -> int:
    """到会要求: how many households of the roll must be present; 0 where the rule asks for none."""
    return rule.attendance.required(roll) if rule.attendance is not None else 0


def has_quorum(rule: Rule, present: int, roll: int) -> bool:
    return rule.attendance is None or rule.attendance.reached(present, roll)


def check_may_notice(state: MeetingState) -> None:
    """A notice is published once."""
    if state is MeetingState.NOTICED:
        raise Refusal(Code.MEETING_ALREADY_NOTICED)
    _check_not_begun(state)


def check_may_convene(state: MeetingState) -> None:
    """Needs the notice, not a quorum: households sign in after the opening too."""
    if state is MeetingState.PLANNED:
        raise Refusal(Code.MEETING_NOT_NOTICED)
    _check_not_begun(state)


def check_may_move_or_cancel(state: MeetingState) -> None:
    """Before the meeting has begun; planned and noticed meetings alike."""
    _check_not_begun(state)


def _check_not_begun(state: MeetingState) -> None:
    if state is MeetingState.CONVENED:
        raise Refusal(Code.MEETING_ALREADY_CONVENED)
    _check_not_over(state)


def _check_not_over(state: MeetingState) -> None:
    if state is MeetingState.ADJOURNED:
        raise Refusal(Code.MEETING_ALREADY_ADJOURNED)
    if state is MeetingState.CANCELLED:
        raise Refusal(Code.MEETING_CANCELLED)


def check_is_convened(state: MeetingState) -> None:
    if state is not MeetingState.CONVENED:
        raise Refusal(Code.MEETING_NOT_CONVENED)


def check_may_sign_in(state: MeetingState, *, is_today: bool) -> None:
    """While the meeting sits, and at the door before it on its day."""
    _check_not_over(state)
    if state is MeetingState.PLANNED:
        raise Refusal(Code.MEETING_NOT_NOTICED)
    if state is MeetingState.NOTICED and not is_today:
        raise Refusal(Code.MEETING_NOT_TODAY)


def check_may_leave(state: MeetingState) -> None:
    """Whoever has signed in, until the meeting is over."""
    _check_not_over(state)


def check_may_open_item(meeting: MeetingFacts, item: ItemFacts) -> None:
    """One item at a time, and only what the notice named."""
    check_is_convened(meeting.state)
    if not item.is_noticed:
        raise Refusal(Code.ITEM_NOT_ON_AGENDA)
    if item.state is ItemState.OPEN:
        raise Refusal(Code.ITEM_ALREADY_OPEN, item=item.position)
    if item.state is ItemState.CLOSED:
        raise Refusal(Code.ITEM_CLOSED, item=item.position)
    _check_nothing_open(meeting)


def check_item_is_open(meeting: MeetingFacts, item: ItemFacts) -> None:
    """For everything that is done on the item in hand."""
    check_is_convened(meeting.state)
    if item.state is not ItemState.OPEN:
        raise Refusal(Code.ITEM_NOT_OPEN, item=item.position)


def check_may_read_motion(meeting: MeetingFacts, item: ItemFacts, wording: str) -> None:
    """The wording is that of the notice; there must be one."""
    check_item_is_open(meeting, item)
    if not item.is_noticed:
        raise Refusal(Code.ITEM_NOT_ON_AGENDA)
    if not wording.strip():
        raise Refusal(Code.BALLOT_WORDING_MISSING, item=item.position)
    _check_no_ballot(meeting)


def check_may_close_item(meeting: MeetingFacts, item: ItemFacts) -> None:
    check_item_is_open(meeting, item)
    _check_no_ballot(meeting)


def check_may_adjourn(meeting: MeetingFacts) -> None:
    """Nothing is left hanging; items that were not reached stay waiting and are carried over."""
    _check_not_over(meeting.state)
    check_is_convened(meeting.state)
    _check_nothing_open(meeting)


def _check_no_ballot(meeting: MeetingFacts) -> None:
    if meeting.open_ballot is not None:
        raise Refusal(Code.MEETING_BALLOT_STILL_OPEN, item=meeting.open_ballot)
    if meeting.unannounced is not None:
        raise Refusal(Code.MEETING_RESULT_NOT_ANNOUNCED, item=meeting.unannounced)


def _check_nothing_open(meeting: MeetingFacts) -> None:
    _check_no_ballot(meeting)
    if meeting.open_item is not None:
        raise Refusal(Code.MEETING_ITEM_STILL_OPEN, item=meeting.open_item)
