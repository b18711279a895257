"""Figures: what was received, settled and in time; how long each stage took; what people say of it.

Every share names its two numbers, and both are of one population: those raised in the period for
what became of demands, those done for what was in time, those asked for ratings. What was settled
is not what was claimed, and the rest is not "unclaimed". Pure.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from deliberation.demands.routes import cumulative
from deliberation.reports.facts import SETTLED, DemandFact, EvaluationFact, Facts, TaskFact


class Name(StrEnum):
    """What is counted."""

    RECEIVED = "received"
    SETTLED = "settled"
    DECLINED = "declined"
    MERGED = "merged"
    CLAIMED = "claimed"
    REFUSALS = "refusals"
    RELEASES = "releases"
    ESCALATED = "escalated"
    DONE = "done"
    ON_TIME_FIRST = "on_time_first"
    """Done on or before the day that was promised first."""
    ON_TIME_LAST = "on_time_last"
    """Done on or before the day as it was postponed to."""
    POSTPONED = "postponed"
    OVERDUE = "overdue"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    """Households that rated, of those asked."""
    MEAN = "mean"
    MARK_1 = "mark_1"
    MARK_2 = "mark_2"
    MARK_3 = "mark_3"
    MARK_4 = "mark_4"
    MARK_5 = "mark_5"
    RETURNED = "returned"
    DAYS_TO_TRIAGE = "days_to_triage"
    DAYS_TO_TAKE = "days_to_take"
    DAYS_TO_DECIDE = "days_to_decide"
    DAYS_TO_DELIVER = "days_to_deliver"
    DAYS_TO_SETTLE = "days_to_settle"
    SAME_DAY = "same_day"
    WITHIN_TWO = "within_two"
    WITHIN_THREE = "within_three"
    SUGGESTIONS = "suggestions"
    MEASURES = "measures"
    PROBLEMS = "problems"


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number. Its value is part ÷ whole; a count has a whole of 1. `n` is how many it is
    of."""

    name: Name
    unit: Unit
    part: int
    whole: int
    n: int

    @property
    def value(self) -> Fraction | None:
        """Exact; None where there was nothing to count from."""
        return Fraction(self.part, self.whole) if self.whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A figure of all (`dimension` "all"), or of one domain, place, organisation or month."""

    dimension: str
    key: str
    figure: Figure


def figures_of(facts: Facts) -> list[Line]:
    """All of them, in the order in which they are printed and written."""
    lines = [Line(dimension="all", key="", figure=f) for f in _overall(facts)]
    lines += _by("domain", facts.demands, lambda d: [d.domain])
    lines += _by("place", facts.demands, lambda d: _ancestors(d.place))
    lines += _by("channel", facts.demands, lambda d: [d.channel])
    lines += _by("month", facts.demands, lambda d: [f"{d.raised_on:%Y-%m}"])
    lines += _satisfaction_by("domain", facts.evaluations, lambda e: e.domain)
    lines += _satisfaction_by("month", facts.evaluations, lambda e: f"{e.opened_on:%Y-%m}")
    lines += _by_organisation(facts)
    return lines


def _overall(facts: Facts) -> list[Figure]:
    return [
        *_demand_figures(facts.demands),
        *_day_figures(facts.demands),
        *_task_figures(facts.tasks, facts.today),
        *_rating_figures(facts.evaluations),
        *_service_figures(facts),
        _count(Name.SUGGESTIONS, facts.suggestions),
        _count(Name.MEASURES, facts.measures),
        _count(Name.PROBLEMS, facts.problems),
    ]


def _count(name: Name, n: int) -> Figure:
    return Figure(name=name, unit=Unit.COUNT, part=n, whole=1, n=n)


def _share(name: Name, part: int, whole: int) -> Figure:
    return Figure(name=name, unit=Unit.SHARE, part=part, whole=whole, n=whole)


def _demand_figures(demands: Sequence[DemandFact]) -> list[Figure]:
    """Of those raised in the period."""
    n = len(demands)
    return [
        _count(Name.RECEIVED, n),
        _share(Name.SETTLED, sum(d.state == SETTLED for d in demands), n),
        _share(Name.DECLINED, sum(d.state == "declined" for d in demands), n),
        _share(Name.MERGED, sum(d.state == "merged" for d in demands), n),
        _share(Name.CLAIMED, sum(d.is_claimed for d in demands), n),
        _share(Name.ESCALATED, sum(d.is_escalated for d in demands), n),
        _count(Name.REFUSALS, sum(d.refusals for d in demands)),
        _count(Name.RELEASES, sum(d.releases for d in demands)),
    ]


def _day_figures(demands: Sequence[DemandFact]) -> list[Figure]:
    """The median of whole days in each stage, of those that have been through it."""
    stages: tuple[tuple[Name, Callable[[DemandFact], tuple[date | None, date | None]]], ...] = (
        (Name.DAYS_TO_TRIAGE, lambda d: (d.raised_on, d.triaged_on)),
        (Name.DAYS_TO_TAKE, lambda d: (d.triaged_on or d.raised_on, d.taken_on)),
        (Name.DAYS_TO_DECIDE, lambda d: (d.taken_on, d.decided_on)),
        (Name.DAYS_TO_DELIVER, lambda d: (d.decided_on or d.taken_on, d.delivered_on)),
        (Name.DAYS_TO_SETTLE, lambda d: (d.raised_on, _settled_on(d))),
    )
    return [_median(name, [_days(*ends(d)) for d in demands]) for name, ends in stages]


def _settled_on(demand: DemandFact) -> date | None:
    """What was declined or merged is over too, but not settled."""
    return demand.settled_on if demand.state == SETTLED else None


def _days(begins: date | None, ends: date | None) -> int | None:
    """None where one of the two has not come, or a date was put right later and comes before."""
    if begins is None or ends is None or ends < begins:
        return None
    return (ends - begins).days


def _median(name: Name, values: Iterable[int | None]) -> Figure:
    known = sorted(value for value in values if value is not None)
    n = len(known)
    if not n:
        return Figure(name=name, unit=Unit.DAYS, part=0, whole=0, n=0)
    if n % 2:
        return Figure(name=name, unit=Unit.DAYS, part=known[n // 2], whole=1, n=n)
    both = known[n // 2 - 1] + known[n // 2]
    return Figure(name=name, unit=Unit.DAYS, part=both, whole=2, n=n)


def _task_figures(tasks: Sequence[TaskFact], today: date) -> list[Figure]:
    """In time: of those done. Late: open, and past the day as it stands."""
    kept = [task for task in tasks if task.state != "released"]
    done = [task for task in kept if task.done_on is not None]
    on_first = sum(t.done_on is not None and t.done_on <= t.first_due_on for t in done)
    on_last = sum(t.done_on is not None and t.done_on <= t.due_on for t in done)
    return [
        _share(Name.DONE, len(done), len(kept)),
        _share(Name.ON_TIME_FIRST, on_first, len(done)),
        _share(Name.ON_TIME_LAST, on_last, len(done)),
        _share(Name.POSTPONED, sum(t.postponements > 0 for t in kept), len(kept)),
        _count(Name.OVERDUE, sum(t.state == "open" and t.due_on < today for t in kept)),
        _count(Name.ASSIGNED, sum(t.origin == "escalation" for t in kept)),
    ]


def _rating_figures(evaluations: Sequence[EvaluationFact]) -> list[Figure]:
    marks = [mark for e in evaluations for mark in e.marks]
    asked, n = sum(e.asked for e in evaluations), len(marks)
    names = (Name.MARK_1, Name.MARK_2, Name.MARK_3, Name.MARK_4, Name.MARK_5)
    ended = [e for e in evaluations if e.outcome]
    returned = sum(e.outcome in ("returned", "escalated") for e in ended)
    return [
        _share(Name.ANSWERED, n, asked),
        Figure(name=Name.MEAN, unit=Unit.MEAN, part=sum(marks), whole=n, n=n),
        *(_share(name, marks.count(mark), n) for mark, name in enumerate(names, start=1)),
        _share(Name.RETURNED, returned, len(ended)),
    ]


def _service_figures(facts: Facts) -> list[Figure]:
    """Cumulative: what was settled the same day is settled within two days as well."""
    served = cumulative(facts.served)
    return [
        _share(Name.SAME_DAY, served.same_day, served.n),
        _share(Name.WITHIN_TWO, served.two_days, served.n),
        _share(Name.WITHIN_THREE, served.three_days, served.n),
    ]


def _by(
    dimension: str,
    demands: Sequence[DemandFact],
    keys: Callable[[DemandFact], Sequence[str]],
) -> list[Line]:
    """The figures of demands for each key that occurs, the most received first."""
    parts: dict[str, list[DemandFact]] = {}
    for demand in demands:
        for key in keys(demand):
            parts.setdefault(key, []).append(demand)
    ordered = sorted(parts, key=lambda key: (-len(parts[key]), key))
    if dimension in ("month", "place"):
        ordered.sort()
    return [
        Line(dimension=dimension, key=key, figure=figure)
        for key in ordered
        for figure in (*_demand_figures(parts[key]), *_day_figures(parts[key]))
    ]


def _ancestors(path: str) -> list[str]:
    """The place and all above it: "A / B" counts for "A" too."""
    parts = path.split(" / ") if path else []
    return [" / ".join(parts[:n]) for n in range(1, len(parts) + 1)] or [""]


def _satisfaction_by(
    dimension: str, evaluations: Sequence[EvaluationFact], key: Callable[[EvaluationFact], str]
) -> list[Line]:
    keys = sorted({key(e) for e in evaluations})
    return [
        Line(dimension=dimension, key=one, figure=figure)
        for one in keys
        for figure in _rating_figures([e for e in evaluations if key(e) == one])
    ]


def _by_organisation(facts: Facts) -> list[Line]:
    """Everybody who had a task, was asked about, or belongs to the list."""
    names = {task.organisation for task in facts.tasks} | set(facts.organisations)
    return [
        Line(dimension="organisation", key=name, figure=figure)
        for name in sorted(names)
        for figure in (
            *_task_figures([t for t in facts.tasks if t.organisation == name], facts.today),
            *_rating_figures([e for e in facts.evaluations if e.organisation == name]),
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From an earlier figure to a later one. `ratio` is relative to the earlier value (1/4 is
    "+25 % of what it was"), `points` the plain difference: of shares, in percentage points. They
    are different things, and both are said."""

    ratio: Fraction | None
    points: Fraction


def change(earlier: Fraction | None, later: Fraction | None) -> Change | None:
    """None where one of them is not known; no ratio to what was nothing."""
    if earlier is None or later is None:
        return None
    ratio = (later - earlier) / earlier if earlier else None
    return Change(ratio=ratio, points=later - earlier)


def find(lines: Iterable[Line], name: Name, dimension: str = "all", key: str = "") -> Figure | None:
    """The figure of that name, if there is one."""
    wanted = (dimension, key, name)
    return next((x.figure for x in lines if (x.dimension, x.key, x.figure.name) == wanted), None)
