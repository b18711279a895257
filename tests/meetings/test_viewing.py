"""Connections in other processes are added to one's own; who fell silent is forgotten."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from deliberation import journal
from deliberation import store as the_store
from deliberation.meetings import viewing
from deliberation.meetings.models import Viewers
from deliberation.meetings.viewing import LIVES_SECONDS, Counted
from tests.support.held_day import planned

pytestmark = pytest.mark.anyio


@pytest.fixture
async def meeting(postgres_url: str) -> AsyncIterator[UUID]:
    """A meeting in a PostgreSQL database, which processes may share."""
    await the_store.open_store(postgres_url)
    yield (await planned()).meeting
    await journal.drain()
    await the_store.close_store()


async def report_from(worker: str, here: dict[UUID, Counted]) -> None:
    """As another process does."""
    with pytest.MonkeyPatch.context() as other:
        other.setattr(the_store, "WORKER", worker)
        await viewing.report(here)


async def fall_silent(worker: str, seconds: float) -> None:
    """Nothing has been heard of a process for so long, by the database's clock."""
    await the_store.read(
        "UPDATE viewers SET seen_at = now() - make_interval(secs => ?) WHERE worker = ?"
        " RETURNING id",
        seconds,
        worker,
    )


def test_counts_are_added_face_by_face() -> None:
    here, there = Counted(resident=1, screen=2, console=3), Counted(resident=10, console=20)
    assert here + there == Counted(resident=11, screen=2, console=23)
    assert here + Counted() == here


async def test_the_counts_of_other_processes_are_added_and_ones_own_is_not_counted_twice(
    meeting: UUID,
) -> None:
    await viewing.report({meeting: Counted(resident=100, screen=100, console=100)})
    assert await viewing.elsewhere({meeting: None}) == {}
    await report_from("second", {meeting: Counted(resident=3, screen=1)})
    await report_from("third", {meeting: Counted(resident=4, console=2)})
    expected = Counted(resident=7, screen=1, console=2)
    assert await viewing.elsewhere({meeting: None}) == {meeting: expected}


async def test_a_later_report_replaces_the_earlier_one(meeting: UUID) -> None:
    for n in (5, 9, 2):
        await report_from("second", {meeting: Counted(resident=n)})
    assert await viewing.elsewhere({meeting: None}) == {meeting: Counted(resident=2)}
    assert await Viewers.all().count() == 1


async def test_only_the_meetings_that_were_asked_for_are_told(meeting: UUID) -> None:
    await report_from("second", {meeting: Counted(resident=1)})
    assert await viewing.elsewhere({uuid4(): None}) == {}
    assert await viewing.elsewhere({}) == {}


async def test_a_process_that_fell_silent_is_forgotten_until_it_reports_again(
    meeting: UUID,
) -> None:
    await report_from("second", {meeting: Counted(resident=3)})
    await report_from("third", {meeting: Counted(resident=4)})
    await fall_silent("second", LIVES_SECONDS / 2)
    assert await viewing.elsewhere({meeting: None}) == {meeting: Counted(resident=7)}
    await fall_silent("second", LIVES_SECONDS + 1)
    assert await viewing.elsewhere({meeting: None}) == {meeting: Counted(resident=4)}
    await report_from("second", {meeting: Counted(resident=1)})
    assert await viewing.elsewhere({meeting: None}) == {meeting: Counted(resident=5)}


async def test_reports_of_processes_that_are_long_gone_are_dropped(meeting: UUID) -> None:
    for worker, hours in (("here", 0), ("lately", 23), ("long ago", 25)):
        await report_from(worker, {meeting: Counted(resident=1)})
        await fall_silent(worker, 3_600 * hours)
    await viewing.forget_old()
    assert {row.worker for row in await Viewers.all()} == {"here", "lately"}


async def test_on_sqlite_there_is_nothing_to_report_and_nobody_elsewhere(
    sqlite_store: str,
) -> None:
    meeting = (await planned()).meeting
    await report_from("second", {meeting: Counted(resident=3)})
    await viewing.forget_old()
    assert await viewing.elsewhere({meeting: None}) == {}
    assert await Viewers.all().count() == 0
