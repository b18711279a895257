"""Photos are taken in a process of its own, and the service outlives it."""

import asyncio
import multiprocessing
from collections.abc import Iterator

import pytest

from deliberation.errors import Code, Refusal
from deliberation.photos import Darkroom, take
from tests.photos.pictures import from_a_phone, saved, two_halves


@pytest.fixture
def darkroom() -> Iterator[Darkroom]:
    made = Darkroom()
    yield made
    made.close()


async def test_a_photo_is_the_same_as_when_taken_here(darkroom: Darkroom) -> None:
    data = from_a_phone()
    one, other, small = await asyncio.gather(
        darkroom.taken(data), darkroom.taken(data), darkroom.taken(data, longest=200)
    )
    assert one == other == take(data)
    assert small.width == 200


async def test_a_refusal_comes_back_with_its_facts(darkroom: Darkroom) -> None:
    with pytest.raises(Refusal) as refused:
        await darkroom.taken(saved(two_halves(size=(10, 10)), "PNG"))
    assert (refused.value.code, refused.value.facts) == (Code.PHOTO_TOO_SMALL, {"limit": 64})


async def test_when_the_process_dies_or_hangs_the_next_photo_gets_another() -> None:
    darkroom = Darkroom(limit_seconds=60)
    try:
        first = await darkroom.taken(from_a_phone())
        for process in multiprocessing.active_children():
            if process.pid == darkroom.pid:
                process.kill()
                process.join()
        with pytest.raises(Refusal) as refused:
            await darkroom.taken(from_a_phone())
        assert refused.value.code is Code.PHOTO_UNREADABLE
        darkroom.limit_seconds = 0
        with pytest.raises(Refusal):
            await darkroom.taken(from_a_phone())
        assert darkroom.pid is None
        darkroom.limit_seconds = 60
        assert await darkroom.taken(from_a_phone()) == first
    finally:
        darkroom.close()
    assert darkroom.pid is None
