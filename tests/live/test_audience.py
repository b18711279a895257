"""Writing to all of a room: the same bytes, slow readers left behind, and a turn for others."""

import asyncio
from collections.abc import Callable

import pytest

from deliberation.live.audience import LOST_BYTES, SLICE, Audience, Kind, kind_of
from deliberation.live.protocol import CLOSE_REJOIN
from deliberation.measures import Counts
from deliberation.meetings.viewing import Counted
from deliberation.wire import Frame
from tests.live.doubles import FakeOutlet

pytestmark = pytest.mark.anyio

RESIDENT, FOREIGN = kind_of("resident", "zh"), kind_of("resident", "en")
CONSOLE, SCREEN = kind_of("console", "zh"), kind_of("screen", "zh")
NEWS, OTHER_NEWS, OF_THE_MOMENT = Frame(b'{"n":1}'), Frame(b'{"n":2}'), Frame(b'{"n":3}')


@pytest.fixture
def counts() -> Counts:
    return Counts()


@pytest.fixture
def audience(counts: Counts) -> Audience:
    return Audience(counts)


def come(audience: Audience, kind: Kind, n: int = 1) -> list[FakeOutlet]:
    outlets = [FakeOutlet() for _ in range(n)]
    for outlet in outlets:
        audience.add(kind, outlet)
    return outlets


class Slowly(FakeOutlet):
    """Does something in the moment in which it is written to."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act

    def write(self, frame: Frame) -> None:
        super().write(frame)
        self._act()


async def test_one_frame_goes_to_all_of_a_kind_and_to_nobody_else(
    audience: Audience, counts: Counts
) -> None:
    residents, foreigners = come(audience, RESIDENT, 3), come(audience, FOREIGN, 2)
    (console,) = come(audience, CONSOLE)
    await audience.tell({RESIDENT: NEWS, FOREIGN: OTHER_NEWS, SCREEN: NEWS})
    assert all(outlet.frames[0] is NEWS and len(outlet.frames) == 1 for outlet in residents)
    assert all(outlet.frames[0] is OTHER_NEWS for outlet in foreigners)
    assert console.frames == []
    assert counts["durable_sent"] == 5


async def test_news_of_the_moment_is_the_same_frame_for_all_or_for_some_faces(
    audience: Audience, counts: Counts
) -> None:
    outlets = [*come(audience, RESIDENT), *come(audience, FOREIGN), *come(audience, CONSOLE)]
    await audience.offer(OF_THE_MOMENT)
    await audience.offer(NEWS, faces=("console",))
    assert [outlet.frames[0] is OF_THE_MOMENT for outlet in outlets] == [True] * 3
    assert [outlet.frames[1:] for outlet in outlets] == [[], [], [NEWS]]
    assert (counts["ephemeral_sent"], counts["ephemeral_left_out"]) == (4, 0)


async def test_who_is_behind_misses_news_of_the_moment_and_gets_what_is_durable(
    audience: Audience, counts: Counts
) -> None:
    (quick,) = come(audience, RESIDENT)
    behind = FakeOutlet(is_behind=True, backlog=LOST_BYTES)
    audience.add(RESIDENT, behind)
    await audience.offer(OF_THE_MOMENT)
    await audience.tell({RESIDENT: NEWS})
    assert quick.frames == [OF_THE_MOMENT, NEWS]
    assert (behind.frames, behind.closed_with) == ([NEWS], None)
    assert (counts["ephemeral_sent"], counts["ephemeral_left_out"]) == (1, 1)


async def test_who_is_lost_is_asked_to_join_again_and_the_others_are_told(
    audience: Audience, counts: Counts
) -> None:
    (before,) = come(audience, RESIDENT)
    lost = FakeOutlet(is_behind=True, backlog=LOST_BYTES + 1)
    audience.add(RESIDENT, lost)
    (after,) = come(audience, RESIDENT)
    await audience.tell({RESIDENT: NEWS})
    assert (lost.frames, lost.closed_with) == ([], CLOSE_REJOIN)
    assert before.frames == after.frames == [NEWS]
    assert counts["asked_to_rejoin"] == 1


@pytest.mark.parametrize("is_durable", [True, False])
async def test_who_joins_in_the_middle_of_a_pass_is_not_sent_it_but_the_next_one(
    audience: Audience, is_durable: bool
) -> None:
    late = FakeOutlet()
    audience.add(RESIDENT, Slowly(lambda: audience.add(FOREIGN, late)))
    (last,) = come(audience, FOREIGN)

    async def say(frame: Frame) -> None:
        if is_durable:
            await audience.tell({RESIDENT: frame, FOREIGN: frame})
        else:
            await audience.offer(frame)

    await say(NEWS)
    assert (last.frames, late.frames) == ([NEWS], [])
    await say(OTHER_NEWS)
    assert (last.frames, late.frames) == ([NEWS, OTHER_NEWS], [OTHER_NEWS])


@pytest.mark.parametrize("is_durable", [True, False])
async def test_others_have_a_turn_between_two_slices(audience: Audience, is_durable: bool) -> None:
    outlets = come(audience, RESIDENT, 3 * SLICE)
    seen: list[int] = []

    async def look_on() -> None:
        while True:
            seen.append(sum(len(outlet.frames) for outlet in outlets))
            await asyncio.sleep(0)

    looking = asyncio.ensure_future(look_on())
    await (audience.tell({RESIDENT: NEWS}) if is_durable else audience.offer(NEWS))
    looking.cancel()
    assert [n for n in seen if n] == [SLICE, 2 * SLICE, 3 * SLICE]


async def test_who_has_left_is_told_nothing_and_may_leave_twice(audience: Audience) -> None:
    (here,), (gone,) = come(audience, RESIDENT), come(audience, SCREEN)
    for _ in range(2):
        audience.remove(SCREEN, gone)
    await audience.tell({RESIDENT: NEWS, SCREEN: NEWS})
    await audience.offer(OF_THE_MOMENT)
    assert (len(here.frames), gone.frames) == (2, [])
    assert list(audience._outlets) == [RESIDENT]  # nothing is kept of a kind that has left


async def test_those_who_are_connected_are_counted_by_their_face(audience: Audience) -> None:
    assert (audience.counted(), len(audience)) == (Counted(), 0)
    come(audience, RESIDENT, 3)
    come(audience, FOREIGN, 2)
    come(audience, CONSOLE)
    (screen,) = come(audience, SCREEN)
    assert audience.counted() == Counted(resident=5, screen=1, console=1)
    audience.remove(SCREEN, screen)
    assert audience.counted() == Counted(resident=5, console=1)
    assert len(audience) == 6
