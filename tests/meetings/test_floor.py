import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.errors import Code, Refusal
from deliberation.meetings.floor import (
    NOBODY_YET,
    FloorFacts,
    Side,
    SpeechState,
    Turn,
    Waiting,
    check_is_waiting,
    check_may_ask,
    check_may_recognise,
    order_queue,
    turn_after,
)
from deliberation.meetings.rules import ItemFacts, ItemState, MeetingFacts, MeetingState

NINE = datetime(2026, 12, 20, 1, 0, tzinfo=UTC)
IN_HAND = MeetingFacts(state=MeetingState.CONVENED, open_item=3)
VOTING = MeetingFacts(state=MeetingState.CONVENED, open_item=3, open_ballot=3)
ITEM = ItemFacts(position=3, state=ItemState.OPEN, is_noticed=True)


def asks(number: int, side: Side, *, remote: bool = False, minute: int = 0) -> Waiting:
    return Waiting(
        speech=UUID(int=number),
        person=UUID(int=1000 + number),
        side=side,
        is_remote=remote,
        asked_at=NINE + timedelta(minutes=minute),
    )


waiting = st.builds(
    Waiting,
    speech=st.uuids(),
    person=st.uuids(),
    side=st.sampled_from(Side),
    is_remote=st.booleans(),
    asked_at=st.integers(0, 60).map(lambda m: NINE + timedelta(minutes=m)),
)
queues = st.lists(waiting, max_size=12, unique_by=(lambda w: w.speech, lambda w: w.person))
turns = st.builds(
    Turn, side=st.none() | st.sampled_from([Side.FOR, Side.AGAINST]), is_remote=st.booleans()
)


def numbers(queue: list[Waiting], heard: dict[UUID, int], last: Turn) -> list[int]:
    return [place.waiting.speech.int for place in order_queue(queue, heard, last)]


def test_the_queue_stands_as_on_the_console() -> None:
    queue = [
        asks(5, Side.FOR, minute=2),
        asks(4, Side.AGAINST, remote=True, minute=0),
        asks(3, Side.QUESTION, minute=8),
        asks(2, Side.FOR, minute=5),
        asks(1, Side.AGAINST, remote=True, minute=3),
    ]
    heard = {queue[0].person: 1, queue[1].person: 1}
    places = order_queue(queue, heard, Turn(side=Side.FOR, is_remote=False))
    assert [place.waiting.speech.int for place in places] == [1, 2, 3, 4, 5]
    assert [reason.render() for reason in places[0].reasons] == [
        "首次发言",
        "上一位是赞成方，轮到反对方",
        "上一位在现场，轮到线上",
    ]
    assert places[3].reasons[0].render() == "已发言1次"


@given(queues, turns, st.data())
def test_everyone_keeps_a_place_and_newcomers_come_first(
    queue: list[Waiting], last: Turn, data: st.DataObject
) -> None:
    heard = {w.person: data.draw(st.integers(0, 2)) for w in queue}
    places = order_queue(queue, heard, last)
    assert {place.waiting.speech for place in places} == {w.speech for w in queue}
    assert [place.position for place in places] == list(range(1, len(queue) + 1))
    firsts = [place.is_first for place in places]
    assert firsts == sorted(firsts, reverse=True)


@given(queues, turns, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_queue_was_read(
    queue: list[Waiting], last: Turn, chance: random.Random
) -> None:
    shuffled = queue.copy()
    chance.shuffle(shuffled)
    assert order_queue(queue, {}, last) == order_queue(shuffled, {}, last)


@given(queues, turns)
def test_no_side_speaks_twice_running_while_the_other_waits(
    queue: list[Waiting], last: Turn
) -> None:
    turn, left = last, list(queue)
    for place in order_queue(queue, {}, last):
        if place.waiting.side is turn.side:
            assert all(w.side is turn.side for w in left)
        left.remove(place.waiting)
        turn = turn_after(turn, place.waiting.side, is_remote=place.waiting.is_remote)


@given(queues)
def test_the_queue_goes_on_as_foretold_once_the_first_has_spoken(queue: list[Waiting]) -> None:
    places = order_queue(queue, {}, NOBODY_YET)
    if not places:
        return
    spoken = places[0].waiting
    turn = turn_after(NOBODY_YET, spoken.side, is_remote=spoken.is_remote)
    after = order_queue([w for w in queue if w is not spoken], {spoken.person: 1}, turn)
    assert [p.waiting for p in after] == [p.waiting for p in places[1:]]


def test_a_question_between_does_not_give_the_same_side_a_second_speech() -> None:
    turn = turn_after(Turn(side=Side.FOR, is_remote=False), Side.QUESTION, is_remote=False)
    assert numbers([asks(1, Side.FOR), asks(2, Side.AGAINST, minute=9)], {}, turn) == [2, 1]


def test_hall_and_phones_alternate_when_nothing_else_decides() -> None:
    queue = [asks(1, Side.QUESTION, minute=1), asks(2, Side.QUESTION, remote=True, minute=9)]
    assert numbers(queue, {}, Turn(side=None, is_remote=False)) == [2, 1]


def test_otherwise_who_asked_first_speaks_first() -> None:
    queue = [asks(1, Side.FOR, minute=5), asks(2, Side.FOR, minute=1)]
    assert numbers(queue, {}, NOBODY_YET) == [2, 1]
    reasons = order_queue(queue, {}, NOBODY_YET)[0].reasons
    assert [reason.render() for reason in reasons] == ["首次发言", "按报名先后"]


def code_of(act: Callable[[], None]) -> Code | None:
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("meeting", "facts", "code"),
    [
        (IN_HAND, (False, 0), None),
        (IN_HAND, (False, 1), None),
        (VOTING, (False, 0), None),
        (IN_HAND, (True, 0), Code.SPEECH_ALREADY_ASKED),
        (IN_HAND, (False, 2), Code.SPEECH_LIMIT_REACHED),
        (MeetingFacts(state=MeetingState.ADJOURNED), (False, 0), Code.MEETING_NOT_CONVENED),
    ],
)
def test_a_person_asks_once_and_within_the_limit(
    meeting: MeetingFacts, facts: tuple[bool, int], code: Code | None
) -> None:
    floor = FloorFacts(has_open_request=facts[0], times_heard=facts[1], limit=2)
    assert code_of(lambda: check_may_ask(meeting, ITEM, floor)) is code


@pytest.mark.parametrize(
    ("meeting", "state", "busy", "code"),
    [
        (IN_HAND, SpeechState.ASKED, False, None),
        (VOTING, SpeechState.ASKED, False, Code.SPEECH_BALLOT_OPEN),
        (IN_HAND, SpeechState.ASKED, True, Code.SPEECH_SOMEONE_SPEAKING),
        (IN_HAND, SpeechState.WITHDRAWN, False, Code.SPEECH_NOT_WAITING),
        (IN_HAND, SpeechState.FINISHED, False, Code.SPEECH_NOT_WAITING),
    ],
)
def test_one_speaks_at_a_time_and_nobody_during_a_vote(
    meeting: MeetingFacts, state: SpeechState, busy: bool, code: Code | None
) -> None:
    found = code_of(lambda: check_may_recognise(meeting, ITEM, state, is_someone_speaking=busy))
    assert found is code


def test_only_who_waits_withdraws_and_only_who_speaks_finishes() -> None:
    assert code_of(lambda: check_is_waiting(SpeechState.ASKED)) is None
    assert code_of(lambda: check_is_waiting(SpeechState.SPEAKING)) is Code.SPEECH_NOT_WAITING
