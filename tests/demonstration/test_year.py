"""A made-up year, lived through by the services, and its figures counted again from the journal."""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from deliberation import journal
from deliberation import store as the_store
from deliberation.demands.models import Demand
from deliberation.demonstration.year import load_year
from deliberation.journal.models import Entry, Stream
from deliberation.matters.models import Matter
from deliberation.meetings.models import Meeting
from deliberation.minutes.models import Minutes
from deliberation.people.models import Community
from deliberation.reports.facts import Period
from deliberation.reports.figures import Figure, Line, Name, figures_of, find
from deliberation.reports.gathering import facts_of
from tests.demonstration.retold import Retold, Told
from tests.support.lived_year import KEY, UNTIL, lived_year

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 24)
YEARS = (2025, 2026)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """The year, and what the journal tells of each calendar year in it."""

    community: Community
    told: list[Told]
    lines: dict[int, list[Line]]

    def figure(self, year: int, name: Name, dimension: str = "all", key: str = "") -> Figure:
        found = find(self.lines[year], name, dimension, key)
        assert found is not None, name
        return found


async def told_in(streams: list[Stream]) -> list[Told]:
    rows = await Entry.filter(stream_id__in=[stream.id for stream in streams]).order_by("at", "seq")
    return [Told(row.at, row.name, json.loads(row.public)) for row in rows]


async def lived(community: Community) -> Lived:
    streams = await Stream.filter(community_id=community.id)
    lines = {
        year: figures_of(await facts_of(community, Period(year=year), TODAY)) for year in YEARS
    }
    return Lived(community=community, told=await told_in(streams), lines=lines)


@pytest.fixture
async def year(tmp_path: Path) -> AsyncIterator[Lived]:
    """The year, in a copy of this test's own."""
    path = tmp_path / "deliberation.sqlite3"
    shutil.copyfile(lived_year(), path)
    await the_store.open_store(f"sqlite://{path}")
    try:
        yield await lived(await Community.get(level="community"))
    finally:
        await journal.drain()
        await the_store.close_store()


async def test_twelve_days_were_held_with_published_minutes(year: Lived) -> None:
    held = await Meeting.filter(community_id=year.community.id, state="adjourned")
    assert len(held) == 12
    published = await Minutes.filter(meeting_id__in=[m.id for m in held], state="published")
    assert len({one.meeting_id for one in published}) == 12
    assert len({(m.starts_at.year, m.starts_at.month) for m in held}) == 12


async def test_185_demands_came_by_every_channel_and_about_130_are_settled(year: Lived) -> None:
    assert sum(year.figure(y, Name.RECEIVED).part for y in YEARS) == 185
    settled = sum(year.figure(y, Name.SETTLED).part for y in YEARS)
    assert 120 <= settled <= 140
    channels = {x.key for y in YEARS for x in year.lines[y] if x.dimension == "channel"}
    assert {"resident", "grid", "property", "hotline", "rider", "volunteer", "talk"} <= channels


def count_demands(told: Retold) -> dict[Name, int]:
    """Of those raised in the year."""
    mine = told.received
    return {
        Name.RECEIVED: len(mine),
        Name.SETTLED: sum(told.states[d] == "resolved" for d in mine),
        Name.DECLINED: sum(told.states[d] == "declined" for d in mine),
        Name.MERGED: sum(told.states[d] == "merged" for d in mine),
        Name.CLAIMED: len(mine & set(told.claimed)),
        Name.REFUSALS: sum(told.refusals[d] for d in mine),
        Name.RELEASES: sum(told.releases[d] for d in mine),
        Name.ESCALATED: len(mine & told.escalated),
        Name.SUGGESTIONS: told.suggestions,
        Name.MEASURES: told.measures,
    }


def count_tasks(told: Retold) -> dict[Name, int]:
    kept = [task for task in told.tasks.values() if not task["released"]]
    done = [task for task in kept if task["done"]]
    return {
        Name.DONE: len(done),
        Name.ON_TIME_FIRST: sum(task["done"] <= task["first"] for task in done),
        Name.ON_TIME_LAST: sum(task["done"] <= task["due"] for task in done),
        Name.POSTPONED: sum(task["moved"] > 0 for task in kept),
        Name.OVERDUE: sum(not task["done"] and task["due"] < TODAY for task in kept),
        Name.ASSIGNED: sum(task["origin"] == "escalation" for task in kept),
    }


@pytest.mark.parametrize("calendar_year", YEARS)
async def test_the_figures_are_those_that_the_journal_tells(
    year: Lived, calendar_year: int
) -> None:
    told = Retold(calendar_year).hear(year.told)
    for name, expected in (count_demands(told) | count_tasks(told)).items():
        assert year.figure(calendar_year, name).part == expected, name
    for domain, n in told.domains.items():
        assert year.figure(calendar_year, Name.RECEIVED, "domain", domain).part == n
    for channel, n in told.channels.items():
        assert year.figure(calendar_year, Name.RECEIVED, "channel", channel).part == n


@pytest.mark.parametrize("calendar_year", YEARS)
async def test_what_people_say_is_told_with_how_many_were_asked(
    year: Lived, calendar_year: int
) -> None:
    told = Retold(calendar_year).hear(year.told)
    answered = year.figure(calendar_year, Name.ANSWERED)
    assert answered.whole == sum(told.asked.values())
    marks = told.all_marks
    assert answered.part == marks.total()
    for mark in range(1, 6):
        assert year.figure(calendar_year, Name(f"mark_{mark}")).part == marks[str(mark)]


@pytest.mark.parametrize("calendar_year", YEARS)
async def test_direct_service_is_as_quick_as_the_journal_tells(
    year: Lived, calendar_year: int
) -> None:
    served = Retold(calendar_year).hear(year.told).served.values()
    for days, name in enumerate((Name.SAME_DAY, Name.WITHIN_TWO, Name.WITHIN_THREE)):
        in_time = [1 for handed, back in served if back and (back - handed).days <= days]
        figure = year.figure(calendar_year, name)
        assert (figure.part, figure.whole) == (len(in_time), len(served))


async def test_every_demand_has_an_owner_and_a_date_or_a_public_reason_why_not(
    year: Lived,
) -> None:
    for demand in await Demand.filter(community_id=year.community.id):
        match demand.state:
            case "resolved":
                assert demand.settled_at is not None, demand.number
            case "declined":
                assert demand.route_reason or demand.answer, demand.number
            case "merged":
                assert demand.merged_into_id is not None, demand.number
            case "taken_up":
                matter = (
                    await Matter.filter(matter_demands__demand_id=demand.id)
                    .order_by("-opened_at")
                    .first()
                )
                assert matter is not None, demand.number
                is_owned = matter.organisation_id is not None and matter.due_on is not None
                assert is_owned or matter.step in ("discuss", "decide", "deliver"), demand.number
            case _:  # listed or away: answered by a day that was set when it was looked at
                assert demand.due_on is not None or demand.route == "", demand.number


async def test_the_chain_of_every_stream_holds(year: Lived) -> None:
    for stream in await Stream.all():
        assert await journal.broken_at(stream.id) is None


async def test_the_level_above_got_what_nobody_took_and_assigned_it(year: Lived) -> None:
    causes = {told.body["cause"] for told in year.told if told.name == "escalation.raised"}
    assert {"unclaimed", "overdue"} <= causes
    assert any(told.name == "escalation.assigned" for told in year.told)
    assert any(told.name == "escalation.reviewed" for told in year.told)


async def test_what_was_not_done_well_came_back_by_itself(year: Lived) -> None:
    outcomes = {told.body["outcome"] for told in year.told if told.name == "evaluation.closed"}
    assert {"closed", "returned"} <= outcomes


async def test_no_words_of_a_dispute_stand_in_public_bodies(year: Lived) -> None:
    private = await Demand.filter(community_id=year.community.id, is_private=True)
    assert private
    bodies = " ".join(json.dumps(told.body, ensure_ascii=False) for told in year.told)
    for demand in private:
        assert demand.title not in bodies


async def test_two_months_are_lived_through_on_either_engine(store: str) -> None:
    facts = await load_year(key=KEY, until=UNTIL, months=2, demands=24, homes=40)
    assert await Demand.filter(community_id=facts.community).count() == 24
    assert await Meeting.filter(community_id=facts.community, state="adjourned").count() == 2
    for stream in await Stream.all():
        assert await journal.broken_at(stream.id) is None
