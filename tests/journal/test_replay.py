"""A snapshot and the entries after it give the next snapshot, wherever the record is cut."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from deliberation import journal
from deliberation.agendas import conduct
from deliberation.ballots import service as ballots
from deliberation.ballots.writer import cast_own
from deliberation.clock import FixedClock
from deliberation.journal.events import EVENTS, Event, NoticedItem, body_of, event_from
from deliberation.journal.replay import advance, replay
from deliberation.journal.views import MeetingState
from deliberation.meetings import speaking
from tests.flows.hall import Hall, convene_with_everybody, furnished, open_the_vote

BEGIN = datetime(2026, 11, 20, 1, tzinfo=UTC)
IDS = st.integers(min_value=1, max_value=3).map(lambda n: UUID(int=n))
"""Few, so that events meet the same item, speech and ballot, and also miss them."""

TYPES: dict[Any, st.SearchStrategy[Any]] = {
    UUID: IDS,
    UUID | None: IDS | st.none(),
    int: st.integers(min_value=0, max_value=5),
    str: st.sampled_from(["for", "decide", "演示"]),
    str | None: st.sampled_from(["演示", None]),
    dict[str, Any]: st.just({}),
    dict[str, Any] | None: st.just(None),
    datetime: st.just(BEGIN),
    datetime | None: st.sampled_from([BEGIN, None]),
    tuple[dict[str, Any], ...]: st.just(()),
}

Told = list[tuple[int, datetime, Event]]


def made(kind: Any) -> st.SearchStrategy[Any]:
    """Any event (or part of one) of a kind."""
    fields = msgspec.structs.fields(kind)
    return st.builds(kind, **{field.name: valued(field.type) for field in fields})


def valued(kind: Any) -> st.SearchStrategy[Any]:
    if kind == tuple[NoticedItem, ...]:
        return st.lists(made(NoticedItem), max_size=3).map(tuple)
    return TYPES[kind] if kind in TYPES else st.from_type(kind)


def numbered(events: list[Event]) -> Told:
    return [
        (seq, BEGIN + timedelta(seconds=seq), event) for seq, event in enumerate(events, start=1)
    ]


records = st.lists(st.one_of(*map(made, EVENTS.values())), max_size=25).map(numbered)


def check_every_cut(told: Told) -> None:
    whole = replay(told)
    for cut in range(len(told) + 1):
        snapshot = replay(told[:cut])
        assert snapshot.seq == cut
        assert replay(told[cut:], snapshot) == whole


@given(told=records)
def test_any_record_may_be_cut_anywhere(told: Told) -> None:
    check_every_cut(told)


@given(told=records)
def test_a_record_read_back_from_its_text_gives_the_same_state(told: Told) -> None:
    read = [(seq, at, event_from(event.NAME, body_of(event))) for seq, at, event in told]
    assert replay(read) == replay(told)


@given(told=records)
def test_a_state_is_a_value_that_later_entries_do_not_touch(told: Told) -> None:
    state, before = MeetingState(), replay(told[:-1])
    for seq, at, event in told[:-1]:
        state = advance(state, seq, at, event)
    if told:
        advance(state, *told[-1])
    assert state == before


async def hold_a_meeting(hall: Hall) -> None:
    """Speeches, a vote with its result, an item left over, the end."""
    chair, meeting = hall.chair, hall.meeting
    await convene_with_everybody(hall)
    speakers = [await hall.actor(resident) for resident in hall.residents[:3]]
    for actor, side in zip(speakers, ("for", "against", "question"), strict=True):
        await speaking.ask(actor, meeting, side, channel="hall", at=hall.now)
    await speaking.withdraw(speakers[2], meeting, at=hall.now)
    for _turn in range(2):
        await speaking.recognise(chair, meeting, at=hall.now)
        hall.clock.advance(timedelta(seconds=90))
        await speaking.finish(chair, meeting, note="演示发言", at=hall.now)
    ballot = await open_the_vote(hall)
    await ballots.extend(chair, meeting, seconds=60, at=hall.now)
    for actor in speakers:
        await cast_own(actor, ballot, "for", channel="phone", at=hall.now)
    await ballots.close(chair, meeting, at=hall.now)
    await ballots.announce(chair, meeting, at=hall.now)
    await conduct.close_item(chair, meeting, at=hall.now)
    await conduct.open_item(chair, meeting, at=hall.now)
    await conduct.close_item(chair, meeting, "演示结果", at=hall.now)
    await conduct.adjourn(chair, meeting, at=hall.now)


@pytest.mark.anyio
async def test_a_real_meeting_may_be_cut_anywhere(store: str, clock: FixedClock) -> None:
    hall = await furnished(clock, households=4)
    await hold_a_meeting(hall)
    told = [(h.seq, h.at, h.event) for h in await journal.entries(hall.meeting)]
    assert told[-1][2].NAME == "meeting.adjourned"
    check_every_cut(told)
    for cut in range(len(told)):
        rest = await journal.entries(hall.meeting, since=cut)
        snapshot = replay(told[:cut])
        assert replay(((h.seq, h.at, h.event) for h in rest), snapshot) == replay(told)
    assert await journal.state_of(hall.meeting) == replay(told)
