"""Who took part: written when a meeting is over; never votes; hidden people are left out."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest

from deliberation.ballots.writer import WRITER
from deliberation.demands.service import Raising, raise_demand
from deliberation.errors import Code, Refusal
from deliberation.gatherings import participation
from deliberation.gatherings.models import Participation
from deliberation.journal.models import Entry
from deliberation.people.finding import Named
from deliberation.people.models import Person
from tests.ballots.voting import voting_hall
from tests.support.held_day import BEFORE, KEY, ON_THE_DAY, Planned, adjourned

pytestmark = pytest.mark.anyio
AFTER = ON_THE_DAY + timedelta(hours=3)
TODAY = date(2026, 11, 20)


@pytest.fixture
async def held(store: str) -> Planned:
    return await adjourned()


async def kinds(person: object) -> list[str]:
    rows = await Participation.filter(person_id=person)
    return sorted(row.kind for row in rows)


async def test_who_came_and_who_spoke_is_written_when_the_meeting_is_over(held: Planned) -> None:
    assert await kinds(held.resident.person) == ["attended", "spoke"]
    row = await Participation.get(person_id=held.resident.person, kind="spoke")
    assert row.household_id == held.resident.household
    assert (row.subject, row.words) == (f"meeting:{held.meeting}", "11月议事日")
    assert row.happened_on == TODAY


async def test_a_representative_sees_counts_of_the_household(held: Planned) -> None:
    counts = await participation.counts_of_household(held.resident)
    assert counts == {"attended": 1, "spoke": 1, "raised": 0, "helped": 0}
    assert await participation.counts_of_household(held.chair) is None
    community = await participation.counts_of_community(held.community, 2026)
    assert community["attended"] == 1
    assert not any((await participation.counts_of_community(held.community, 2025)).values())


async def test_the_feed_is_read_page_by_page_and_ends(held: Planned) -> None:
    seen, since = [], ""
    while page := await participation.feed(held.community, since, size=1, at=AFTER):
        seen += [(row.person, row.kind) for row in page]
        since = page[-1].position
    assert sorted(kind for _person, kind in seen if kind in ("attended", "spoke")) == [
        "attended",
        "spoke",
    ]
    assert len(set(seen)) == len(seen)
    assert await participation.feed(uuid4(), "", size=9, at=AFTER) == []
    whole = await participation.feed(held.community, "", size=99, at=AFTER)
    assert [(row.person, row.kind) for row in whole] == seen


async def test_what_was_noted_just_now_waits_and_a_position_that_is_none_is_refused(
    held: Planned,
) -> None:
    last = await Participation.all().order_by("-noted_at").first()
    assert last is not None
    at_once = await participation.feed(held.community, "", size=99, at=last.noted_at)
    assert last.kind not in [row.kind for row in at_once if row.subject == last.subject]
    wrong = ("yesterday", "2026-11-20", "2026-11-20T00:00:00Z/me", "0001-01-01T00:00:00+14:00")
    for since in wrong:
        with pytest.raises(Refusal) as refusal:
            await participation.feed(held.community, since, size=9, at=AFTER)
        assert refusal.value.code is Code.FIELD_INVALID


async def test_who_hides_is_left_out_until_they_show_themselves_again(held: Planned) -> None:
    person = held.resident.person
    await participation.hide(held.resident, True)
    page = await participation.feed(held.community, "", size=99, at=AFTER)
    assert person not in {row.person for row in page}
    assert person is not None
    rows, total = await participation.own_record(person, page=1, size=9)
    assert (len(rows), total) == (2, 2)
    await participation.hide(held.resident, False)
    page = await participation.feed(held.community, "", size=99, at=AFTER)
    assert person in {row.person for row in page}


async def test_who_helped_is_told_to_the_entitled_only(held: Planned) -> None:
    named = Named(door="1-102", name="演示住户2")
    await participation.note_help(held.chair, named, "布置会场", TODAY, key=KEY, at=AFTER)
    person = (await Person.get(name="演示住户2")).id
    assert await kinds(person) == ["helped"]
    entry = await Entry.get(name="help.noted")
    assert str(person) not in f"{entry.public}{entry.subject}"
    assert json.loads(entry.restricted or "")["person"] == str(person)
    for bad, code in (
        (named, Code.FIELD_INVALID),
        (Named(name="没有这个人", door="1-102"), Code.PERSON_NOT_FOUND),
    ):
        on = TODAY + timedelta(days=1) if code is Code.FIELD_INVALID else TODAY
        with pytest.raises(Refusal) as refusal:
            await participation.note_help(held.chair, bad, "搬椅子", on, key=KEY, at=AFTER)
        assert refusal.value.code is code


async def test_help_noted_by_mistake_is_gone_and_the_journal_tells_that(held: Planned) -> None:
    named = Named(door="1-102", name="演示住户2")
    await participation.note_help(held.chair, named, "布置会场", TODAY, key=KEY, at=AFTER)
    (row,) = await participation.help_lately(held.community)
    await participation.take_back_help(held.chair, row.id, at=AFTER)
    assert await participation.help_lately(held.community) == []
    assert (await Entry.get(name="help.withdrawn")).subject == f"participation:{row.id}"
    with pytest.raises(Refusal) as refusal:
        await participation.take_back_help(held.chair, row.id, at=AFTER)
    assert refusal.value.code is Code.NOT_FOUND


async def test_noted_twice_it_counts_once(held: Planned) -> None:
    before = await Participation.all().count()
    row = await Participation.get(kind="attended")
    again = Participation(
        community_id=row.community_id,
        person_id=row.person_id,
        kind=row.kind,
        subject=row.subject,
        happened_on=TODAY,
        noted_at=BEFORE,
    )
    await Participation.bulk_create([again], ignore_conflicts=True)
    assert await Participation.all().count() == before


async def test_who_voted_stands_nowhere(store: str) -> None:
    voting = await voting_hall(households=3)
    ballot = await voting.open()
    for n in range(2):
        await WRITER.cast(voting.paper(ballot, n))
    await voting.close()
    await voting.announce()
    await voting.adjourn()
    for voter in voting.voters:
        assert await kinds(voter.person) == ["attended"]
    rows = await Participation.all()
    assert {row.subject for row in rows if row.kind == "attended"} == {f"meeting:{voting.meeting}"}
    assert not any(str(ballot) in f"{row.subject}{row.words}" for row in rows)
    assert {row.kind for row in rows} <= {"attended", "raised"}


async def test_a_resident_who_raises_a_demand_took_part_and_staff_who_enter_one_did_not(
    held: Planned,
) -> None:
    demand = await raise_demand(held.resident, Raising(title="演示长椅"), at=AFTER)
    await raise_demand(held.chair, Raising(title="演示花坛"), at=AFTER)
    (row,) = await Participation.filter(kind="raised")
    assert (row.person_id, row.words) == (held.resident.person, "演示长椅")
    assert row.subject == f"demand:{demand.id}"
