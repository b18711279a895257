"""Figures are what one counts by hand, and always say what they are of."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from statistics import median
from uuid import uuid4

from hypothesis import given

from deliberation.reports.facts import DemandFact, EvaluationFact, Facts, Period, TaskFact
from deliberation.reports.figures import Figure, Line, Name, Unit, change, figures_of, find
from deliberation.reports.table import LABELS, UNITS, value_text
from tests.reports.made import TODAY, YEAR, facts

ANSWER = DemandFact(
    id=uuid4(),
    domain="设施改造",
    place="第一网格 / 1号楼",
    channel="grid",
    route="deliberation",
    state="listed",
    raised_on=date(2026, 3, 1),
)


def overall(lines: list[Line], name: Name) -> Figure:
    found = find(lines, name)
    assert found is not None
    return found


def test_every_name_and_unit_has_words() -> None:
    assert set(LABELS) == set(Name)
    assert set(UNITS) == set(Unit)


def test_settled_is_of_what_was_received_and_cut_off_not_rounded() -> None:
    demands = [replace(ANSWER, state="resolved")] * 130 + [ANSWER] * 55
    lines = figures_of(Facts(period=YEAR, today=TODAY, demands=tuple(demands)))
    settled = overall(lines, Name.SETTLED)
    assert (settled.part, settled.whole) == (130, 185)
    assert value_text(settled.unit, settled.part, settled.whole) == "70.27%"
    assert overall(lines, Name.CLAIMED).part == 0, "the other 55 are not unclaimed by that"


def test_a_rise_of_25_is_told_as_ratio_and_as_points() -> None:
    now = Fraction(857, 1000)
    by_ratio, by_points = now / Fraction(125, 100), now - Fraction(25, 100)
    assert by_ratio == Fraction(6856, 10_000), "68.6% a year before, if relative"
    assert by_points == Fraction(607, 1000), "60.7% a year before, if in points"
    told = change(by_ratio, now)
    assert told is not None
    assert told.ratio == Fraction(1, 4)
    assert told.points == Fraction(1714, 10_000)
    other = change(by_points, now)
    assert other is not None
    assert other.points == Fraction(1, 4)
    assert other.ratio != Fraction(1, 4)


def test_there_is_no_ratio_to_nothing() -> None:
    told = change(Fraction(0), Fraction(1, 2))
    assert told is not None
    assert told.ratio is None
    assert told.points == Fraction(1, 2)
    assert change(None, Fraction(1)) is None


def test_late_work_is_on_time_only_by_the_day_it_was_moved_to() -> None:
    task = TaskFact(
        organisation="演示物业公司",
        origin="claim",
        state="done",
        set_on=date(2026, 3, 1),
        first_due_on=date(2026, 4, 1),
        due_on=date(2026, 5, 1),
        done_on=date(2026, 5, 1),
        postponements=1,
    )
    lines = figures_of(Facts(period=YEAR, today=TODAY, tasks=(task,)))
    assert overall(lines, Name.ON_TIME_FIRST).part == 0
    assert overall(lines, Name.ON_TIME_LAST).part == 1
    assert overall(lines, Name.POSTPONED).part == 1


def test_a_rating_says_of_how_many_that_were_asked() -> None:
    asked = EvaluationFact(
        matter=uuid4(),
        organisation="演示物业公司",
        domain="设施改造",
        opened_on=date(2026, 6, 1),
        asked=41,
        marks=(5, 5, 4, 1),
        outcome="closed",
    )
    lines = figures_of(Facts(period=YEAR, today=TODAY, evaluations=(asked,)))
    answered, mean = overall(lines, Name.ANSWERED), overall(lines, Name.MEAN)
    assert (answered.part, answered.whole) == (4, 41)
    assert value_text(mean.unit, mean.part, mean.whole) == "3.75"


def test_a_building_counts_for_its_grid_too() -> None:
    lines = figures_of(Facts(period=YEAR, today=TODAY, demands=(ANSWER,)))
    for place in ("第一网格", "第一网格 / 1号楼"):
        figure = find(lines, Name.RECEIVED, "place", place)
        assert figure is not None
        assert figure.part == 1


def test_december_ends_with_the_year() -> None:
    december = Period(year=2026, month=12)
    assert december.holds(date(2026, 12, 31))
    assert not december.holds(date(2027, 1, 1))
    assert december.earlier == Period(year=2025, month=12)


@given(facts)
def test_figures_are_what_one_counts_by_hand(known: Facts) -> None:
    lines = figures_of(known)
    assert overall(lines, Name.RECEIVED).part == len(known.demands)
    took = [
        (d.settled_on - d.raised_on).days
        for d in known.demands
        if d.state == "resolved" and d.settled_on is not None and d.settled_on >= d.raised_on
    ]
    days = overall(lines, Name.DAYS_TO_SETTLE)
    assert days.n == len(took)
    assert days.value == (Fraction(median(took)) if took else None)
    marks = [mark for e in known.evaluations for mark in e.marks]
    assert sum(overall(lines, Name(f"mark_{m}")).part for m in range(1, 6)) == len(marks)
    assert overall(lines, Name.MEAN).value == (Fraction(sum(marks), len(marks)) if marks else None)


@given(facts)
def test_parts_of_a_dimension_make_the_whole(known: Facts) -> None:
    lines = figures_of(known)
    for dimension in ("domain", "channel", "month"):
        parts = [
            x.figure.part
            for x in lines
            if x.dimension == dimension and x.figure.name is Name.RECEIVED
        ]
        assert sum(parts) == len(known.demands)
    kept = [task for task in known.tasks if task.state != "released"]
    by_organisation = [
        x.figure.whole
        for x in lines
        if x.dimension == "organisation" and x.figure.name is Name.DONE
    ]
    assert sum(by_organisation) == len(kept)


@given(facts)
def test_direct_service_is_cumulative(known: Facts) -> None:
    lines = figures_of(known)
    shares = [overall(lines, n) for n in (Name.SAME_DAY, Name.WITHIN_TWO, Name.WITHIN_THREE)]
    assert shares[0].part <= shares[1].part <= shares[2].part <= len(known.served)
    assert {share.whole for share in shares} == {len(known.served)}
