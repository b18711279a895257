"""One connected client: its hello, its bounds, and an answer to everything it asked for."""

from types import SimpleNamespace

import pytest

from deliberation.errors import Code, Refusal
from deliberation.live import allowance
from deliberation.live import client as live_client
from deliberation.live.allowance import BURST, PER_SECOND
from deliberation.live.client import UNDER_WAY, WAITING
from deliberation.live.protocol import (
    CLOSE_BUSY,
    CLOSE_FLOODED,
    CLOSE_MALFORMED,
    CLOSE_REFUSED,
    CLOSE_RESTART,
)
from tests.live.doubles import BALLOT, HOUSEHOLD, MEETING, OPENED, Bench, FakeActs, FakeWriter

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the client takes for the time; it looks again at every turn of the loop."""
    shown = SimpleNamespace(now=5_000.0)
    monkeypatch.setattr(allowance, "time", SimpleNamespace(monotonic=lambda: shown.now))
    monkeypatch.setattr(allowance, "PER_SECOND", 1_000 * PER_SECOND)
    return shown


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch, clock: SimpleNamespace) -> Bench:
    writer, acts = FakeWriter(), FakeActs()
    monkeypatch.setattr(live_client, "WRITER", writer)
    monkeypatch.setattr(live_client, "at_hand", lambda _ballot: OPENED)
    monkeypatch.setattr(live_client, "obey", acts.obey)
    return Bench(writer, acts)


# ---------------------------------------------------------------- hello


async def test_a_hello_is_handed_on_and_nothing_is_said_before_the_admission(bench: Bench) -> None:
    bench.greet()
    assert [hello.meeting for hello in bench.hub.entered] == [MEETING]
    assert (bench.outlet.told, bench.outlet.end()) == ([], None)
    bench.admit()
    assert [frame["type"] for frame in bench.outlet.told] == ["snapshot", "mine"]
    assert bench.room.there == {bench.outlet}
    assert bench.outlet.reads()


async def test_who_says_no_hello_in_time_is_sent_off_in_words_and_heard_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_client, "HELLO_SECONDS", 0.0)
    bench = Bench(FakeWriter(), FakeActs())
    await bench.until(lambda: bench.outlet.is_closing)
    assert bench.outlet.end() == CLOSE_MALFORMED
    assert bench.refusals == [(None, Code.BAD_REQUEST, False)]
    bench.greet()
    assert bench.hub.entered == []


@pytest.mark.parametrize(
    "first",
    [
        f'{{"type":"vote","id":"command-1","ballot":"{BALLOT}","choice":"for"}}',
        f'{{"type":"hello","meeting":"{MEETING}","more":1}}',
        '{"type":"hello"}',
        "hello",
        "",
        f'{{"type":"hello","meeting":"{MEETING}"}}'.encode(),
    ],
)
async def test_what_is_no_hello_at_first_ends_the_connection_in_words(
    bench: Bench, first: str | bytes
) -> None:
    bench.client.received(first)
    assert bench.outlet.end() == CLOSE_MALFORMED
    assert bench.refusals == [(None, Code.BAD_REQUEST, False)]
    assert (bench.hub.entered, bench.writer.taken) == ([], 0)


@pytest.mark.parametrize("is_admitted", [True, False])
async def test_a_second_hello_ends_the_connection_in_words(bench: Bench, is_admitted: bool) -> None:
    bench.greet()
    if is_admitted:
        bench.admit()
    bench.greet()
    if not is_admitted:
        bench.admit()
    assert bench.outlet.end() == CLOSE_MALFORMED
    assert bench.refusals == [(None, Code.BAD_REQUEST, False)]
    assert len(bench.hub.entered) == 1
    bench.lose()
    assert bench.room.there == set()


@pytest.mark.parametrize(
    ("code", "closed_with"),
    [(Code.DATABASE_BUSY, CLOSE_BUSY), (Code.NOT_PERMITTED, CLOSE_REFUSED)],
)
async def test_who_is_not_admitted_is_told_why_and_by_a_code(
    bench: Bench, code: Code, closed_with: int
) -> None:
    bench.greet()
    bench.client.turn_away(Refusal(code))
    assert bench.outlet.end() == closed_with
    assert bench.refusals == [(None, code, code is Code.DATABASE_BUSY)]


async def test_a_binary_message_ends_the_connection_in_words(bench: Bench) -> None:
    bench.join()
    message = f'{{"type":"vote","id":"command-1","ballot":"{BALLOT}","choice":"for"}}'
    bench.client.received(message.encode())
    bench.vote(2)
    assert bench.outlet.end() == CLOSE_MALFORMED
    assert bench.refusals == [(None, Code.BAD_REQUEST, False)]
    assert bench.writer.taken == 0


# ---------------------------------------------------------------- bounds


async def test_commands_given_before_the_admission_are_answered_after_it_in_their_order(
    bench: Bench,
) -> None:
    bench.writer.answers_at_once = True
    bench.greet()
    for n in range(5):
        bench.vote(n)
    assert (bench.outlet.told, bench.writer.taken) == ([], 0)
    bench.admit()
    kinds = [frame["type"] for frame in bench.outlet.told]
    assert kinds == ["snapshot", "mine", *["answer"] * 5]
    assert bench.answered == [0, 1, 2, 3, 4]


async def test_only_so_many_are_under_way_and_each_answer_lets_the_next_one_in(
    bench: Bench,
) -> None:
    bench.join()
    for n in range(UNDER_WAY + 3):
        bench.vote(n)
    assert bench.writer.taken == UNDER_WAY
    assert not bench.outlet.reads()
    for more in range(1, 4):
        bench.writer.answer()
        assert bench.writer.taken == UNDER_WAY + more
    assert bench.outlet.reads()
    while bench.writer.waiting:
        bench.writer.answer()
    assert bench.answered == list(range(UNDER_WAY + 3))


@pytest.mark.parametrize("idle_seconds", [0, 3600])
async def test_no_more_than_a_burst_is_taken_at_once_however_long_nothing_was_said(
    bench: Bench, clock: SimpleNamespace, idle_seconds: int
) -> None:
    bench.writer.answers_at_once = True
    bench.join()
    clock.now += idle_seconds
    for n in range(BURST + 20):
        bench.vote(n)
    assert bench.writer.taken == BURST


async def test_what_is_slowed_is_not_lost_and_is_answered_in_the_end(
    bench: Bench, clock: SimpleNamespace
) -> None:
    bench.writer.answers_at_once = True
    bench.join()
    sent = BURST + WAITING
    for n in range(sent):
        bench.vote(n)
    assert len(bench.answered) < sent
    assert not bench.outlet.reads()
    while not bench.outlet.reads():
        before = len(bench.answered)
        clock.now += 1
        await bench.until(lambda before=before: len(bench.answered) > before)
    assert bench.answered == list(range(sent))
    assert bench.outlet.end() is None


@pytest.mark.parametrize("is_admitted", [True, False])
async def test_a_flood_ends_the_connection_and_what_waits_just_below_it_does_not(
    bench: Bench, is_admitted: bool
) -> None:
    bench.greet()
    if is_admitted:
        bench.admit()
    under_way = UNDER_WAY if is_admitted else 0
    for n in range(under_way + WAITING):
        bench.vote(n)
    assert bench.outlet.end() is None
    bench.vote(1_000)
    assert bench.outlet.end() == CLOSE_FLOODED
    while bench.writer.waiting:
        bench.writer.answer()
    assert bench.writer.taken == under_way


# ---------------------------------------------------------------- answers


async def test_a_vote_is_cast_for_the_household_and_a_passing_refusal_says_again(
    bench: Bench,
) -> None:
    bench.join()
    bench.vote(1)
    (casting, _tell), *_ = bench.writer.waiting
    assert (casting.voter, casting.ballot, casting.choice) == (HOUSEHOLD, BALLOT, "for")
    bench.writer.answer(Refusal(Code.DATABASE_BUSY))
    bench.vote(2)
    bench.writer.answer(Refusal(Code.BALLOT_NOT_OPEN, item=1))
    bench.vote(3, choice="perhaps")
    assert bench.refusals == [
        ("command-1", Code.DATABASE_BUSY, True),
        ("command-2", Code.BALLOT_NOT_OPEN, False),
        ("command-3", Code.BALLOT_CHOICE_UNKNOWN, False),
    ]
    assert (bench.outlet.end(), bench.outlet.reads()) == (None, True)


@pytest.mark.parametrize(
    ("error", "code", "again"),
    [
        (Refusal(Code.MEETING_NOT_TODAY), Code.MEETING_NOT_TODAY, False),
        (Refusal(Code.DATABASE_BUSY), Code.DATABASE_BUSY, True),
        (ConnectionError("the database is gone"), Code.DATABASE_BUSY, True),
        (ZeroDivisionError(), Code.INTERNAL, False),
    ],
)
async def test_a_command_that_fails_is_refused_and_says_whether_to_send_it_again(
    bench: Bench, error: Exception, code: Code, again: bool
) -> None:
    bench.join()
    bench.say(type="attend", id="command-1")
    bench.acts.ends.put_nowait(error)
    await bench.acts_end()
    assert bench.refusals == [("command-1", code, again)]
    assert (bench.outlet.end(), bench.room.arrivals) == (None, 0)


# ---------------------------------------------------------------- ends


async def test_a_restart_answers_what_is_under_way_and_then_sends_the_client_off(
    bench: Bench,
) -> None:
    bench.join()
    bench.say(type="attend", id="command-0")
    for n in range(1, UNDER_WAY + 2):
        bench.vote(n)
    bench.client.restarting()
    bench.vote(100)
    assert not bench.outlet.reads()
    while bench.writer.waiting:
        bench.writer.answer()
    assert bench.outlet.end() is None
    bench.acts.ends.put_nowait({"present": True, "is_new": True})
    await bench.acts_end()
    assert bench.outlet.end() == CLOSE_RESTART
    assert sorted(bench.answered) == list(range(UNDER_WAY))


@pytest.mark.parametrize("has_joined", [True, False])
async def test_a_restart_sends_off_at_once_who_waits_for_nothing(
    bench: Bench, has_joined: bool
) -> None:
    if has_joined:
        bench.join()
    bench.client.restarting()
    assert (bench.outlet.end(), bench.outlet.told) == (CLOSE_RESTART, [])


async def test_a_client_that_is_lost_during_its_commands_leaves_nothing_behind(
    bench: Bench,
) -> None:
    bench.join()
    bench.say(type="attend", id="command-0")
    for n in range(1, UNDER_WAY + 3):
        bench.vote(n)
    bench.lose()
    assert bench.room.there == set()
    bench.acts.ends.put_nowait({"present": True, "is_new": True})
    await bench.acts_end()
    while bench.writer.waiting:
        bench.writer.answer()
    bench.vote(100)
    assert bench.writer.taken == UNDER_WAY - 1
    assert bench.room.arrivals == 1, "what was asked for is done all the same"
    assert bench.room.there == set()
