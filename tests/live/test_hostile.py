"""Some clients stall, flood or never come to the point: all others vote and hear everything."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest
from websockets.frames import Opcode

from deliberation.errors import Code
from tests.flows.hall import KEY
from tests.live.hostile import HANDSHAKE, Stranger, strangers
from tests.live.pressing import Crowd
from tests.live.voter import ENOUGH_SECONDS, LostPhone, Voter, until
from tests.live.voting import Voting, chair_sends
from tests.live.watching import connections, peak_bytes
from tests.support.service import Service, running_service

pytestmark = pytest.mark.anyio

SEED = 20261120
VOTERS = 25
LISTENERS = 20
STALLED = 5
SPEAKERS = 10
MANY = 60
"""Commands that one phone sends at once."""
FLOODING = 3
HALF_OPEN = 300
SILENT = 30
LARGEST_GROWTH = 64 * 1024 * 1024
"""Bytes of memory that all of this may cost the service: far less than was sent to it."""
MEBIBYTE = bytes(1024 * 1024)


@pytest.fixture
def service(sqlite_voting: Voting, tmp_path: Path) -> Iterator[Service]:
    with running_service(tmp_path, database_url=sqlite_voting.url, secret_key=KEY) as running:
        yield running


@contextlib.asynccontextmanager
async def as_before_in_the_end(service: Service) -> AsyncIterator[None]:
    """Whoever came is forgotten, and memory never grew beyond measure."""
    at_rest = peak_bytes(service)
    async with asyncio.timeout(ENOUGH_SECONDS):
        yield
    assert peak_bytes(service) - at_rest < LARGEST_GROWTH
    await until(lambda: connections(service) == 0, "somebody who left is kept")


async def all_vote(service: Service, voting: Voting) -> None:
    """Everybody who presses gets a receipt, and nobody's connection is lost on the way."""
    voters = [Voter(service.url, voting, n, seed=SEED) for n in range(1, VOTERS + 1)]
    async with asyncio.TaskGroup() as group:
        crowd = Crowd(group, voters)
        crowd.press(VOTERS)
        answers = await crowd.answers()
    assert {answer["type"] for answer in answers.values()} == {"answer"}
    assert [voter.losses for voter in voters] == [0] * VOTERS


async def ask(phone: LostPhone) -> None:
    assert (await phone.command("ask", side="for"))["type"] == "answer"


async def talk_until(speakers: Sequence[LostPhone], holds: Callable[[], bool]) -> int:
    """They take turns to ask for the floor and take it back; returns how many turns it took."""
    for turn, speaker in enumerate(itertools.cycle(speakers), start=1):
        await ask(speaker)
        assert (await speaker.command("withdraw"))["type"] == "answer"
        if turn % len(speakers) == 0 and holds():
            return turn
    raise AssertionError


async def stall(stranger: Stranger, voting: Voting) -> None:
    """Join and read no more, though much is told."""
    await stranger.shake_hands()
    await stranger.say(type="hello", meeting=str(voting.meeting))
    stranger.read_no_more()


async def pretend_to_read(stranger: Stranger) -> None:
    """Pong to pings that were not read: not dead, only deaf. Until it is cut off."""
    with contextlib.suppress(ConnectionError):
        while True:
            await stranger.send_frame(Opcode.PONG, b"")
            await asyncio.sleep(1)


async def test_readers_who_stall_are_dropped_and_all_others_hear_everything(
    service: Service, sqlite_voting: Voting
) -> None:
    voting = sqlite_voting
    async with contextlib.AsyncExitStack() as hall, asyncio.TaskGroup() as group:
        await hall.enter_async_context(as_before_in_the_end(service))
        stalled = await hall.enter_async_context(strangers(service, STALLED))
        for stranger in stalled:
            await stall(stranger, voting)
        phones = [LostPhone(service.url, voting.meeting, token) for token in voting.tokens]
        for phone in phones[: SPEAKERS + LISTENERS]:
            await hall.enter_async_context(phone)
        speakers, listeners = phones[:SPEAKERS], phones[SPEAKERS : SPEAKERS + LISTENERS]
        for phone in listeners:
            await ask(phone)  # the list of those who wait is long, and told with every change
        hearing = [group.create_task(phone.hear("ballot.closed")) for phone in listeners]
        await all_vote(service, voting)
        well = SPEAKERS + LISTENERS
        talking = [group.create_task(pretend_to_read(stranger)) for stranger in stalled]
        turns = await talk_until(speakers, lambda: connections(service) <= well)
        await asyncio.gather(*talking)
        await chair_sends(service.url, voting, "close")
        await asyncio.gather(*hearing)
    for phone in listeners:
        heard = [event for event in phone.events if event.startswith("speech.")]
        told = ["speech.asked", "speech.withdrawn"] * turns
        assert heard == ["speech.asked"] * LISTENERS + told


async def answered(phone: LostPhone, commands: set[str]) -> None:
    """Until all these commands have been answered; none is refused."""
    while commands:
        frame = await phone.receive()
        assert frame["type"] != "refused", frame
        commands.discard(frame.get("id", ""))


async def test_who_presses_more_than_anybody_does_is_slowed_down_and_answered(
    service: Service, sqlite_voting: Voting
) -> None:
    voting = sqlite_voting
    async with (
        as_before_in_the_end(service),
        LostPhone(service.url, voting.meeting, voting.tokens[0]) as phone,
    ):
        commands = {f"command-{n}" for n in range(MANY)}
        for command in sorted(commands):
            await phone.send({"type": "attend", "id": command})
        await all_vote(service, voting)
        await answered(phone, commands)


async def flood(stranger: Stranger, voting: Voting) -> None:
    """Commands without end, from somebody who reads no answer; or until it is cut off."""
    await stranger.shake_hands(voting.tokens[0])
    await stranger.say(type="hello", meeting=str(voting.meeting))
    stranger.read_no_more()
    with contextlib.suppress(ConnectionError):
        for number in itertools.count():
            await stranger.say(type="attend", id=f"command-{number:06}")
            await asyncio.sleep(0)  # the others in this process have their turn


async def send_giant_frame(stranger: Stranger) -> None:
    """One frame of a gigabyte."""
    await stranger.shake_hands()
    await stranger.send(bytes([0x81, 0xFF]) + (2**30).to_bytes(8, "big") + bytes(4))
    for _ in range(1024):
        await stranger.send(MEBIBYTE)


async def send_endless_message(stranger: Stranger) -> None:
    """One message in fragments, the last of which never comes."""
    await stranger.shake_hands()
    await stranger.send_frame(Opcode.TEXT, MEBIBYTE[:1000], is_last=False)
    while True:
        await stranger.send_frame(Opcode.CONT, MEBIBYTE[:1000], is_last=False)


async def test_what_is_too_large_or_never_ends_is_cut_off(
    service: Service, sqlite_voting: Voting
) -> None:
    async with as_before_in_the_end(service), strangers(service, 2) as (giant, endless):
        with pytest.raises(ConnectionError):
            await send_giant_frame(giant)
        with pytest.raises(ConnectionError):
            await send_endless_message(endless)


async def test_a_flood_of_commands_keeps_nobody_from_voting(
    service: Service, sqlite_voting: Voting
) -> None:
    async with (
        as_before_in_the_end(service),
        strangers(service, FLOODING) as flooding,
        asyncio.TaskGroup() as group,
    ):
        floods = [group.create_task(flood(stranger, sqlite_voting)) for stranger in flooding]
        await all_vote(service, sqlite_voting)
        for task in floods:
            task.cancel()


async def test_those_who_never_come_to_the_point_keep_nobody_from_voting(
    service: Service, sqlite_voting: Voting
) -> None:
    async with (
        as_before_in_the_end(service),
        strangers(service, HALF_OPEN) as half_open,
        strangers(service, SILENT) as silent,
    ):
        for stranger in half_open:
            await stranger.send(HANDSHAKE.encode()[:-100])
        for stranger in silent:
            await stranger.shake_hands()
        await all_vote(service, sqlite_voting)
        for stranger in silent:
            await stranger.hear(Code.BAD_REQUEST)
