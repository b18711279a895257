"""From a suggestion to a measure to a problem solved: many to many, journalled, read back."""

from collections.abc import Awaitable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deliberation import journal
from deliberation.demands.models import Demand
from deliberation.demands.service import Raising, raise_demand
from deliberation.errors import Code, Refusal
from deliberation.journal.models import Entry
from deliberation.matters.models import Matter
from deliberation.people.finding import Named
from deliberation.people.service import first_community
from deliberation.suggestions import service as suggestions
from deliberation.suggestions.lineage import lineage_of_meeting, lineage_of_year, years_of
from deliberation.suggestions.models import Measure, MeasureSource, Solution, Suggestion
from deliberation.suggestions.service import Solving, Taking, lineage_of
from tests.support.community import the_community
from tests.support.held_day import BEFORE as AT
from tests.support.held_day import KEY, Planned, noticed

pytestmark = pytest.mark.anyio
TODAY = date(2026, 11, 2)


async def refused(act: Awaitable[object]) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act
    return refusal.value.code


@pytest.fixture
async def here(store: str) -> Planned:
    return await noticed()


async def note(here: Planned, words: str) -> UUID:
    await suggestions.note_suggestion(here.chair, words, meeting=here.meeting, at=AT)
    return (await Suggestion.get(words=words)).id


async def take(here: Planned, title: str, *sources: UUID, matter: UUID | None = None) -> UUID:
    taking = Taking(title=title, suggestions=sources, matter=matter)
    await suggestions.take_measure(here.chair, taking, at=AT)
    return (await Measure.get(title=title)).id


async def test_a_problem_solved_by_two_measures_counts_once(here: Planned) -> None:
    a, b, c = [await note(here, words) for words in ("加灯", "修灯", "换灯泡")]
    one, two = await take(here, "装路灯", a, b), await take(here, "修路灯", b, c)
    for measure, words in ((one, "夜里看不清"), (two, "夜里 看不清"), (two, "灯罩破了")):
        await suggestions.solve(here.chair, measure, Solving(words=words), at=AT)
    await suggestions.finish_measure(here.chair, one, at=AT)
    for lineage in (
        await lineage_of_meeting(here.meeting),
        await lineage_of_year(await the_community(), 2026),
    ):
        counts = lineage.counts
        assert (counts.suggestions, counts.measures, counts.problems) == (3, 2, 2)
        assert counts.measures_done == 1
        assert [s.id for s in lineage.sources_of(one)] == [a, b]
        assert [m.id for m in lineage.measures_of(b)] == [one, two]
    assert not (await lineage_of_year(await the_community(), 2025)).measures
    assert await years_of(await the_community(), TODAY) == [2026]


async def test_a_matter_knows_what_led_to_it(here: Planned) -> None:
    matter = (await Matter.all())[0]
    source = await note(here, "加灯")
    measure = await take(here, "装路灯", source, matter=matter.id)
    lineage = await lineage_of(matter.id)
    assert [m.id for m in lineage.measures] == [measure]
    assert [s.id for s in lineage.suggestions] == [source]
    assert not (await lineage_of(uuid4())).measures


async def test_who_suggested_is_for_the_entitled_only(here: Planned) -> None:
    named = Named(door="1-101", name="演示住户1")
    await suggestions.note_suggestion(
        here.chair, "加灯", meeting=here.meeting, named=named, key=KEY, at=AT
    )
    entry = await Entry.get(name="suggestion.noted")
    assert str(here.resident.person) not in f"{entry.public}{entry.subject}"
    assert str(here.resident.person) in (entry.restricted or "")
    stranger = suggestions.note_suggestion(
        here.chair, "修路", named=Named(door="9-9", name="没有"), key=KEY, at=AT
    )
    assert await refused(stranger) is Code.PERSON_NOT_FOUND


async def test_what_makes_no_measure_is_refused(here: Planned) -> None:
    source = await note(here, "加灯")
    for taking, code in (
        (Taking(title="装路灯", suggestions=[]), Code.FIELD_MISSING),
        (Taking(title=" ", suggestions=[source]), Code.FIELD_MISSING),
        (Taking(title="装路灯", suggestions=[uuid4()]), Code.NOT_FOUND),
        (Taking(title="装路灯", suggestions=[source], matter=uuid4()), Code.NOT_FOUND),
        (Taking(title="装路灯", suggestions=[source], organisation=uuid4()), Code.NOT_FOUND),
        (
            Taking(title="装路灯", suggestions=[source], due_on=TODAY - timedelta(days=1)),
            Code.DAY_IN_THE_PAST,
        ),
    ):
        assert await refused(suggestions.take_measure(here.chair, taking, at=AT)) is code
    assert await Measure.all().count() == await MeasureSource.all().count() == 0


async def test_a_problem_is_a_demand_of_the_list_or_words_and_stands_once(here: Planned) -> None:
    measure = await take(here, "装路灯", await note(here, "加灯"))
    demand = (await Demand.all())[0]
    solving = Solving(demand=demand.id)
    await suggestions.solve(here.chair, measure, solving, at=AT)
    again = suggestions.solve(here.chair, measure, solving, at=AT)
    assert await refused(again) is Code.PROBLEM_THERE
    nothing = suggestions.solve(here.chair, measure, Solving(), at=AT)
    assert await refused(nothing) is Code.FIELD_MISSING
    ahead = Solving(words="灯罩", solved_on=TODAY + timedelta(days=1))
    early = suggestions.solve(here.chair, measure, ahead, at=AT)
    assert await refused(early) is Code.FIELD_INVALID
    await Demand.filter(id=demand.id).update(is_private=True)
    other = await take(here, "换灯", await note(here, "换灯泡"))
    dispute = suggestions.solve(here.chair, other, solving, at=AT)
    assert await refused(dispute) is Code.NOT_FOUND
    assert [row.words for row in await Solution.all()] == [demand.title]
    await suggestions.finish_measure(here.chair, measure, at=AT)
    twice = suggestions.finish_measure(here.chair, measure, at=AT)
    assert await refused(twice) is Code.MEASURE_FINISHED


async def test_a_suggestion_is_put_on_the_list_once(here: Planned) -> None:
    source = await note(here, "加灯")
    raising = Raising(title="加灯", channel="talk")
    demand = await raise_demand(here.chair, raising, at=AT)
    for _again in range(2):
        await suggestions.list_as_demand(here.chair, source, demand.id, at=AT)
    other = suggestions.list_as_demand(here.chair, source, uuid4(), at=AT)
    assert await refused(other) is Code.SUGGESTION_LISTED
    told = [e.event.NAME for e in await journal.entries(here.community)]
    assert told.count("suggestion.listed") == 1


async def test_a_resident_writes_none_of_it(here: Planned) -> None:
    theirs = suggestions.note_suggestion(here.resident, "加灯", at=AT)
    assert await refused(theirs) is Code.NOT_PERMITTED


Links = list[tuple[int, int]]
links = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=10)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(links, links)
async def test_figures_of_a_year_are_those_counted_by_hand(
    sqlite_store: str, sources: Links, solved: Links
) -> None:
    here = await _emptied()
    made = [await note(here, f"建议{n}") for n in range(4)]
    taken: dict[int, UUID] = {}
    for measure in sorted({m for _s, m in sources}):
        wanted = [made[s] for s, m in sources if m == measure]
        taken[measure] = await take(here, f"措施{measure}", *wanted)
    expected: set[int] = set()
    for measure, problem in dict.fromkeys(solved):
        if measure in taken:
            solving = Solving(words=f"问题{problem}")
            await suggestions.solve(here.chair, taken[measure], solving, at=AT)
            expected.add(problem)
    counts = (await lineage_of_year(await the_community(), 2026)).counts
    assert (counts.suggestions, counts.measures, counts.problems) == (
        4,
        len(taken),
        len(expected),
    )


_here: dict[str, Planned] = {}


async def _emptied() -> Planned:
    """The same day for each example, without what the last one left."""
    if await first_community() is None:
        _here["planned"] = await noticed()
    for table in (Solution, MeasureSource, Measure, Suggestion):
        await table.all().delete()
    return _here["planned"]
