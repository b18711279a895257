"""What a kind of connection is sent when it comes back, and that its frames add up to the page."""

import asyncio
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deliberation import journal
from deliberation import store as the_store
from deliberation.agendas import conduct
from deliberation.ballots import service as ballots
from deliberation.ballots.models import Vote
from deliberation.ballots.writer import cast_own
from deliberation.clock import FixedClock
from deliberation.faces.context import FRAGMENTS, Scene, scene_of
from deliberation.journal.states import forget
from deliberation.live import showing
from deliberation.live.audience import Kind, kind_of
from deliberation.live.showing import Showing
from deliberation.meetings import attending, speaking
from deliberation.meetings import service as meetings
from deliberation.meetings.viewing import Counted
from deliberation.people.models import Community, Device, Household, Person, Unit
from deliberation.wire import Frame
from tests.flows.hall import BEFORE, Hall, furnished, open_the_vote

KINDS = [kind_of(face, language) for face in FRAGMENTS for language in ("zh", "en")]
RESIDENT = kind_of("resident", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The meeting after something happened, and what it was."""

    scene: Scene
    names: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    moments: Sequence[Moment]
    private: Sequence[str]
    """What no shared frame may hold."""

    def showing(self, kind: Kind, until: int = 1) -> tuple[Showing, list[Frame]]:
        """Begun at the first moment and advanced through the next ones; with its frames."""
        made = Showing(kind, self.moments[0].scene)
        return made, [made.advance(m.scene, m.names) for m in self.moments[1:until]]


@pytest.fixture(scope="module")
def day(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A day from its notice to the announcement; made once, for scenes never change."""
    path = tmp_path_factory.mktemp("showing") / "day.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return asyncio.run(day_in(f"sqlite://{path}"))


async def day_in(url: str) -> Day:
    await the_store.open_store(url)
    forget()
    try:
        return await held_day(await furnished(FixedClock(BEFORE), households=3))
    finally:
        await journal.drain()
        await the_store.close_store()


async def held_day(hall: Hall) -> Day:
    chair, meeting, at = hall.chair, hall.meeting, hall.now
    first, second, _absent = [await hall.actor(resident) for resident in hall.residents]
    moments = [await moment_of(hall, 0)]

    async def look() -> None:
        moments.append(await moment_of(hall, moments[-1].scene.state.seq))

    for actor in (first, second):
        await attending.sign_in(actor, meeting, channel="hall", at=at)
    await meetings.convene(chair, meeting, at=at)
    await look()
    await conduct.open_item(chair, meeting, at=at)
    await look()
    for actor, side in ((first, "for"), (second, "against")):
        await speaking.ask(actor, meeting, side, channel="hall", at=at)
        await look()
    for _ in range(2):
        await speaking.recognise(chair, meeting, at=at)
        await look()
        await speaking.finish(chair, meeting, at=at)
        await look()
    ballot = await open_the_vote(hall)
    await look()
    for actor in (first, second):
        await cast_own(actor, ballot, "for", channel="phone", at=at)
    for act in (ballots.close, ballots.announce, conduct.close_item):
        await act(chair, meeting, at=at)
        await look()
    return Day(moments=moments, private=await private_words())


async def moment_of(hall: Hall, since: int) -> Moment:
    happened = await journal.entries(hall.meeting, since=since)
    community = await Community.get(id=hall.community)
    state = await journal.state_of(hall.meeting)
    scene = await scene_of(state, community, now=hall.now, connections=Counted())
    return Moment(scene=scene, names=[entry.event.NAME for entry in happened])


async def private_words() -> list[str]:
    """Residents' names, flats and ids, their devices and their votes."""
    residents = await Person.filter(household_id__not_isnull=True)
    found = [word for person in residents for word in (person.name, str(person.id))]
    found += [unit.label for unit in await Unit.all()]
    found += [str(household.id) for household in await Household.all()]
    found += [device.token_digest for device in await Device.all()]
    return found + [vote.receipt for vote in await Vote.all()]


def told(frame: Frame) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(frame.payload)
    return decoded


def later(scene: Scene, seq: int, title: str = "") -> Scene:
    """The same meeting after more entries; a new title changes what is shown."""
    state = msgspec.structs.replace(scene.state, seq=seq, title=title or scene.state.title)
    return replace(scene, state=state)


def test_who_has_seen_everything_is_sent_nothing(day: Day) -> None:
    shown, _frames = day.showing(RESIDENT, until=5)
    assert shown.since(shown.seq) == []


def test_who_missed_little_is_sent_exactly_the_frames_missed_in_their_order(day: Day) -> None:
    shown, frames = day.showing(RESIDENT, until=4)
    missed = [shown.advance(later(day.moments[3].scene, shown.seq + 1), []) for _ in range(3)]
    for n in range(3):
        sent = shown.since(told(missed[n])["since"])
        assert [frame is kept for frame, kept in zip(sent, missed[n:], strict=True)] == [True] * (
            3 - n
        )
    assert told(frames[-1])["seq"] == told(missed[0])["since"]


def test_who_missed_more_than_a_snapshot_is_sent_the_snapshot(day: Day) -> None:
    shown, frames = day.showing(RESIDENT, until=len(day.moments))
    assert sum(len(frame.payload) for frame in frames) >= len(shown.snapshot().payload)
    assert shown.since(told(frames[0])["since"]) == [shown.snapshot()]
    assert told(shown.snapshot())["type"] == "snapshot"
    assert told(shown.snapshot())["seq"] == shown.seq


def test_who_has_seen_nothing_or_what_we_do_not_know_is_sent_the_snapshot(day: Day) -> None:
    shown, _frames = day.showing(RESIDENT, until=3)
    start = shown.seq
    shown.advance(later(day.moments[2].scene, start + 2), [])
    for seen in (0, -1, start + 1, start + 3, 10**9):
        assert shown.since(seen) == [shown.snapshot()]


def test_kept_frames_are_bounded_in_their_number(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "KEPT_FRAMES", 3)
    shown, _frames = day.showing(RESIDENT)
    start = shown.seq
    frames = [shown.advance(later(day.moments[0].scene, start + n), []) for n in range(1, 6)]
    assert shown.since(start + 1) == [shown.snapshot()]
    assert shown.since(start + 2) == frames[2:]


def test_kept_frames_are_bounded_in_their_bytes(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, _frames = day.showing(RESIDENT)
    start = shown.seq
    frames = [shown.advance(later(day.moments[0].scene, start + n), []) for n in (1, 2, 3)]
    monkeypatch.setattr(showing, "KEPT_BYTES", sum(len(f.payload) for f in frames[1:]) + 1)
    last = shown.advance(later(day.moments[0].scene, start + 4), [])
    assert shown.since(start + 1) == [shown.snapshot()]
    assert shown.since(start + 2) == [frames[2], last]


def test_frames_that_fit_are_kept_however_many_have_been_dropped(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was dropped is not counted for ever: memory stays bounded, and use stays possible."""
    shown, _frames = day.showing(RESIDENT)
    start, scene = shown.seq, day.moments[0].scene
    size = len(shown.advance(later(scene, start + 1), []).payload)
    monkeypatch.setattr(showing, "KEPT_BYTES", 3 * size + 10)
    frames = [shown.advance(later(scene, start + n), []) for n in range(2, 60)]
    assert shown.since(start + 58) == frames[-1:]
    assert shown.since(start + 57) == frames[-2:]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.face}-{kind.language}")
def test_a_snapshot_and_the_frames_after_it_show_what_a_fresh_snapshot_shows(
    day: Day, kind: Kind
) -> None:
    for begin in range(len(day.moments)):
        shown = Showing(kind, day.moments[begin].scene)
        page = told(shown.snapshot())
        for moment in day.moments[begin + 1 :]:
            news = told(shown.advance(moment.scene, moment.names))
            assert news["since"] == page["seq"]
            assert news["events"] == moment.names
            page["parts"] |= news["parts"]
            page |= {key: news[key] for key in ("seq", "stage", "ballot") if key in news}
            fresh = told(Showing(kind, moment.scene).snapshot())
            assert page["parts"] == fresh["parts"] == told(shown.snapshot())["parts"]
            assert (page["seq"], page.get("stage")) == (fresh["seq"], fresh.get("stage"))
            assert standing(page) == standing(fresh)


def standing(page: dict[str, Any]) -> tuple[str, str] | None:
    """The ballot in hand, but for its form, which is sent when it is new."""
    ballot = page.get("ballot")
    return (ballot["id"], ballot["state"]) if ballot else None


def test_the_form_comes_with_the_opening_and_with_every_snapshot_while_the_ballot_is_in_hand(
    day: Day,
) -> None:
    shown = Showing(RESIDENT, day.moments[0].scene)
    opened = 0
    for moment in day.moments[1:]:
        news, whole = told(shown.advance(moment.scene, moment.names)), told(shown.snapshot())
        if "ballot.opened" in moment.names:
            opened += 1
            assert "<form" in news["ballot"]["html"]
        else:
            assert "html" not in (news["ballot"] or {})
        assert (whole["ballot"] is None) == (news["ballot"] is None)
        assert whole["ballot"] is None or "html" in whole["ballot"]
    assert opened == 1


def test_only_what_has_changed_is_sent(day: Day) -> None:
    shown, _frames = day.showing(RESIDENT)
    scene = later(day.moments[0].scene, shown.seq + 1)
    assert told(shown.advance(scene, []))["parts"] == {}
    changed = told(shown.advance(later(scene, shown.seq + 1, "演示改名"), []))["parts"]
    assert changed
    assert all("演示改名" in html for html in changed.values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.face}-{kind.language}")
def test_no_frame_holds_anything_personal_or_a_token(day: Day, kind: Kind) -> None:
    shown = Showing(kind, day.moments[0].scene)
    frames = [shown.snapshot()]
    for moment in day.moments[1:]:
        frames += [shown.advance(moment.scene, moment.names), shown.snapshot()]
    assert len(day.private) > 10
    for text in (json.dumps(told(frame), ensure_ascii=False) for frame in frames):
        assert [word for word in day.private if word in text] == []
        assert re.findall(r'name=\\"csrf\\" value=\\"([^"\\]+)', text) == []
