"""The floor: who speaks next and why, and who may ask for it.

Order after the Chinese digest of Robert's Rules: those who have not spoken come before those who
have, opposing sides alternate; then hall and phones alternate; then who asked first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.meetings.rules import ItemFacts, MeetingFacts, check_item_is_open


class Side(StrEnum):
    FOR = "for"
    AGAINST = "against"
    QUESTION = "question"


class SpeechState(StrEnum):
    ASKED = "asked"
    SPEAKING = "speaking"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


SIDE_WORDS: Mapping[Side, str] = MappingProxyType(
    {Side.FOR: N_("赞成方"), Side.AGAINST: N_("反对方"), Side.QUESTION: N_("提问")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Someone who asked for the floor."""

    speech: UUID
    person: UUID
    side: Side
    is_remote: bool
    """On a phone and not in the hall."""
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the next turn alternates with. `side` is that of the last speech for or against:
    a question between two sides does not give the first side a second speech."""

    side: Side | None
    is_remote: bool | None


NOBODY_YET = Turn(side=None, is_remote=None)


def turn_after(turn: Turn, side: Side, *, is_remote: bool) -> Turn:
    """The turn once somebody has spoken."""
    return Turn(side=turn.side if side is Side.QUESTION else side, is_remote=is_remote)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the queue and the reasons for it."""

    waiting: Waiting
    position: int
    is_first: bool
    reasons: tuple[Sentence, ...]


def order_queue(
    waiting: Sequence[Waiting], heard: Mapping[UUID, int], last: Turn = NOBODY_YET
) -> list[Place]:
    """The queue in the order of speaking, whatever order it came in.

    `heard` counts speeches by person on the item; every place assumes that those before it speak.
    """
    times = Counter(dict(heard))
    left, queue, turn = list(waiting), list[Place](), last
    while left:
        chosen = min(left, key=lambda w: _rank(w, times, turn))
        left.remove(chosen)
        queue.append(_place(chosen, len(queue) + 1, times[chosen.person], turn))
        times[chosen.person] += 1
        turn = turn_after(turn, chosen.side, is_remote=chosen.is_remote)
    return queue


def _rank(
    w: Waiting, times: Mapping[UUID, int], turn: Turn
) -> tuple[bool, bool, bool, datetime, int]:
    return (
        times[w.person] > 0,
        w.side is turn.side,
        w.is_remote is turn.is_remote,
        w.asked_at,
        w.speech.int,
    )


def _place(waiting: Waiting, position: int, times: int, turn: Turn) -> Place:
    reasons = [say(N_("已发言{times}次"), times=times) if times else say(N_("首次发言"))]
    reasons += _side_reason(waiting.side, turn.side)
    reasons += _place_reason(waiting.is_remote, turn.is_remote)
    return Place(waiting=waiting, position=position, is_first=not times, reasons=tuple(reasons))


def _side_reason(side: Side, last: Side | None) -> list[Sentence]:
    if last is None or side is last or side is Side.QUESTION:
        return []
    text = N_("上一位是{last}，轮到{side}")
    return [say(text, last=say(SIDE_WORDS[last]), side=say(SIDE_WORDS[side]))]


def _place_reason(is_remote: bool, last: bool | None) -> list[Sentence]:
    if last is None or is_remote is last:
        return [say(N_("按报名先后"))]
    return [say(N_("上一位在现场，轮到线上") if is_remote else N_("上一位在线上，轮到现场"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorFacts:
    """What is true of a person on the item in hand."""

    has_open_request: bool
    """Is waiting or speaking."""
    times_heard: int
    limit: int
    """`speeches_per_item` of the rule."""


def check_may_ask(meeting: MeetingFacts, item: ItemFacts, floor: FloorFacts) -> None:
    """One open request a person; the queue may fill while a ballot runs."""
    check_item_is_open(meeting, item)
    if floor.has_open_request:
        raise Refusal(Code.SPEECH_ALREADY_ASKED)
    if floor.times_heard >= floor.limit:
        raise Refusal(Code.SPEECH_LIMIT_REACHED, times=floor.times_heard, limit=floor.limit)


def check_may_recognise(
    meeting: MeetingFacts, item: ItemFacts, state: SpeechState, *, is_someone_speaking: bool
) -> None:
    """One speaker at a time, and none while a ballot is open."""
    check_item_is_open(meeting, item)
    if meeting.open_ballot is not None:
        raise Refusal(Code.SPEECH_BALLOT_OPEN)
    check_is_waiting(state)
    if is_someone_speaking:
        raise Refusal(Code.SPEECH_SOMEONE_SPEAKING)


def check_is_waiting(state: SpeechState) -> None:
    """For recognising and for withdrawing."""
    if state is not SpeechState.ASKED:
        raise Refusal(Code.SPEECH_NOT_WAITING)
