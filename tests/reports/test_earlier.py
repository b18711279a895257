"""Figures of years before the service are taken over as they were quoted, and compared with."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import pytest

from deliberation import journal
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.people.models import Community
from deliberation.people.roles import NOBODY, Actor, Role
from deliberation.reports import service as reports
from deliberation.reports.facts import Period
from deliberation.reports.figures import Name, Unit
from deliberation.reports.models import EarlierFigures
from deliberation.reports.service import Compared, as_csv, from_file
from deliberation.reports.table import HEADERS, LONGEST, Quoted
from deliberation.sheets import write_csv
from tests.claims.stage import NOW, TODAY, Stage, set_stage, the_row

pytestmark = pytest.mark.anyio

LAST = Period(year=2025)
YEAR = Period(year=2026)
SOURCE = "演示工作总结第3页"


@pytest.fixture
async def stage(store: str) -> Stage:
    return await set_stage()


def file_of(*rows: Sequence[str]) -> bytes:
    """Rows of figure, part, whole, value, n, unit."""
    return write_csv(HEADERS, [("all", "", row[0], "", *row[1:]) for row in rows])


def rows_from(*rows: Sequence[str]) -> list[Quoted]:
    return from_file(file_of(*rows), "2025.csv")


async def settled(stage: Stage, done: int, of: int) -> None:
    for n in range(of):
        await Demand.create(
            community_id=stage.community,
            number=f"2026-{n:03}",
            title=f"演示需求{n}",
            domain="设施改造",
            raised_on=TODAY,
            state="resolved" if n < done else "listed",
            created_at=NOW,
        )


async def compared(stage: Stage) -> dict[Name, Compared]:
    row: Community = await the_row(stage.community)
    _facts, lines = await reports.figures_for(row, YEAR, TODAY)
    return dict(await reports.compared(row, YEAR, lines, TODAY))


async def take(stage: Stage, *rows: Sequence[str], source: str = SOURCE) -> None:
    await reports.take_earlier(stage.chair, LAST, rows_from(*rows), source, at=NOW)


async def test_a_year_is_compared_as_ratio_and_in_points(stage: Stage) -> None:
    await settled(stage, 3, 4)
    await take(stage, ("settled", "12", "20", "60.00%", "20", "占比"))
    found = (await compared(stage))[Name.SETTLED]
    assert (found.shown, found.source, found.is_checked) == ("60.00%", SOURCE, True)
    assert found.change is not None
    assert found.change.ratio == Fraction(1, 4)
    assert found.change.points == Fraction(15, 100)
    told = [one.event.NAME for one in await journal.entries(stage.community)]
    assert told[-1] == "figures.taken"


async def test_what_was_only_quoted_is_compared_and_not_called_checked(stage: Stage) -> None:
    await settled(stage, 3, 4)
    await take(stage, ("settled", "", "", "60%", "", "占比"), ("received", "", "", "8", "", "件"))
    found = await compared(stage)
    assert not found[Name.SETTLED].is_checked
    share = found[Name.SETTLED].change
    assert share is not None
    assert share.ratio == Fraction(1, 4)
    received = found[Name.RECEIVED].change
    assert received is not None
    assert (received.ratio, received.points) == (Fraction(-1, 2), Fraction(-4))


@pytest.mark.parametrize(
    ("value", "unit"),
    [("130余", "件"), ("130", "件"), ("60", "占比"), ("六成", "占比"), ("60%以上", "占比")],
)
async def test_nothing_is_made_of_what_cannot_be_compared(
    stage: Stage, value: str, unit: str
) -> None:
    await settled(stage, 3, 4)
    await take(stage, ("settled", "", "", value, "", unit))
    found = (await compared(stage))[Name.SETTLED]
    assert (found.shown, found.change) == (value, None)


async def test_taking_a_year_again_replaces_it(stage: Stage) -> None:
    await settled(stage, 1, 2)
    await take(stage, ("settled", "", "", "60%", "", "占比"))
    await take(stage, ("settled", "", "", "50%", "", "占比"), source="演示更正")
    found = (await compared(stage))[Name.SETTLED]
    assert (found.shown, found.source) == ("50%", "演示更正")
    assert [row.period for row in await reports.taken_periods(stage.community)] == ["2025"]


async def test_a_year_that_was_counted_here_needs_no_file(stage: Stage) -> None:
    await settled(stage, 1, 2)
    await Demand.filter(number="2026-001").update(raised_on=date(2025, 6, 1))
    found = await compared(stage)
    assert (found[Name.RECEIVED].shown, found[Name.RECEIVED].source) == ("1", "")
    assert found[Name.SETTLED].is_checked
    share = found[Name.SETTLED].change
    assert share is not None
    assert share.ratio is None, "there is none to nothing"
    assert share.points == 1
    assert found[Name.RELEASES].shown == "0", "none is a number too"


async def test_a_year_of_which_nothing_is_known_is_compared_with_nothing(stage: Stage) -> None:
    await settled(stage, 1, 2)
    assert await compared(stage) == {}


async def test_what_the_page_gives_out_comes_back_and_agrees(stage: Stage) -> None:
    await settled(stage, 3, 4)
    _facts, lines = await reports.figures_for(await the_row(stage.community), YEAR, TODAY)
    rows = from_file(as_csv(lines), "2026.csv")
    await reports.take_earlier(stage.chair, YEAR, rows, SOURCE, at=NOW)
    found = await reports.earlier_figures(stage.community, YEAR)
    assert found == (rows, SOURCE)


async def test_only_those_who_prepare_say_where_it_stands(stage: Stage) -> None:
    row = ("settled", "", "", "60%", "", "占比")
    resident = Actor(
        person=stage.residents[0].person,
        community=stage.community,
        roles=frozenset({Role.RESIDENT}),
    )
    for who in (NOBODY, resident, stage.of_school):
        with pytest.raises(Refusal):
            await reports.take_earlier(who, LAST, rows_from(row), SOURCE, at=NOW)
    refused = {"": Code.FIELD_MISSING, "  ": Code.FIELD_MISSING, "长" * 201: Code.FIELD_TOO_LONG}
    for source, code in refused.items():
        with pytest.raises(Refusal) as refusal:
            await take(stage, row, source=source)
        assert refusal.value.code is code
    with pytest.raises(Refusal) as refusal:
        await reports.take_earlier(stage.chair, LAST, [], SOURCE, at=NOW)
    assert refusal.value.code is Code.SHEET_EMPTY
    assert not await EarlierFigures.exists()


@pytest.mark.parametrize("year", [1999, 2026, 2027])
def test_only_a_year_that_is_over_has_earlier_figures(year: int) -> None:
    with pytest.raises(Refusal) as refusal:
        reports.check_earlier(year, TODAY)
    assert refusal.value.code is Code.FIELD_INVALID


ROW = ("settled", "1", "2", "50.00%", "2", "占比")


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (file_of(ROW), "2025.xlsx", Code.SHEET_UNREADABLE),
        (b"PK\x03\x04 no workbook", "2025.xlsx", Code.SHEET_UNREADABLE),
        (file_of(ROW), "2025.pdf", Code.SHEET_KIND_UNKNOWN),
        (b"", "2025.csv", Code.SHEET_EMPTY),
        (
            "指标,分子,分母,数值\r\nsettled,1,2,\r\n".encode(),
            "2025.csv",
            Code.INTAKE_COLUMN_MISSING,
        ),
        (file_of(*[ROW] * (LONGEST + 1)), "2025.csv", Code.SHEET_TOO_MANY_ROWS),
        (file_of(("settled", "-1", "2", "", "2", "占比")), "2025.csv", Code.FIGURES_UNREADABLE),
        (file_of(("settled", "9" * 13, "2", "", "", "占比")), "a.csv", Code.FIGURES_UNREADABLE),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused(data: bytes, name: str, code: Code) -> None:
    with pytest.raises(Refusal) as refusal:
        from_file(data, name)
    assert refusal.value.code is code


def test_a_community_of_many_places_gets_its_own_file_back() -> None:
    rows = [("place", f"第{n}网格", "received", "", "1", "1", "1", "1", "件") for n in range(6_000)]
    read = from_file(write_csv(HEADERS, rows), "2025.csv")
    assert len(read) == 6_000
    assert {row.unit for row in read} == {Unit.COUNT}
