"""Facts as hypothesis makes them, and the days they lie in."""

from datetime import date, timedelta
from uuid import uuid4

from hypothesis import strategies as st

from deliberation.demands.routes import Served
from deliberation.reports.facts import DemandFact, EvaluationFact, Facts, Period, TaskFact

YEAR = Period(year=2026)
TODAY = date(2026, 12, 31)
DOMAINS = ("设施改造", "环境美化", "养老服务", "儿童托管")
PLACES = ("", "第一网格", "第一网格 / 1号楼", "第一网格 / 2号楼", "第二网格 / 9号楼 / 1单元")
ORGANISATIONS = ("演示物业公司", "演示卫生站", "演示市政处")

days = st.dates(YEAR.first, TODAY)
later = st.one_of(st.none(), days)

demands = st.builds(
    DemandFact,
    id=st.builds(uuid4),
    domain=st.sampled_from(DOMAINS),
    place=st.sampled_from(PLACES),
    channel=st.sampled_from(("resident", "grid", "hotline")),
    route=st.sampled_from(("", "deliberation", "service")),
    state=st.sampled_from(("listed", "taken_up", "resolved", "declined", "merged", "referred")),
    raised_on=days,
    triaged_on=later,
    taken_on=later,
    decided_on=later,
    delivered_on=later,
    settled_on=later,
    is_claimed=st.booleans(),
    refusals=st.integers(0, 3),
    releases=st.integers(0, 2),
    is_escalated=st.booleans(),
)
tasks = st.builds(
    TaskFact,
    organisation=st.sampled_from(ORGANISATIONS),
    origin=st.sampled_from(("claim", "assignment", "escalation", "return")),
    state=st.sampled_from(("open", "done", "released")),
    set_on=days,
    first_due_on=days,
    due_on=days,
    done_on=later,
    postponements=st.integers(0, 2),
)
evaluations = st.builds(
    EvaluationFact,
    matter=st.builds(uuid4),
    organisation=st.sampled_from(ORGANISATIONS),
    domain=st.sampled_from(DOMAINS),
    opened_on=days,
    asked=st.integers(0, 9),
    marks=st.lists(st.integers(1, 5), max_size=9).map(tuple),
    outcome=st.sampled_from(("", "closed", "returned", "escalated")),
)
served = st.builds(
    lambda on, took: Served(
        handed_on=on, settled_on=on + timedelta(days=took) if took is not None else None
    ),
    days,
    st.one_of(st.none(), st.integers(0, 5)),
)


def some(one: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(one, max_size=12).map(tuple)


facts = st.builds(
    Facts,
    period=st.just(YEAR),
    today=st.just(TODAY),
    demands=some(demands),
    tasks=some(tasks),
    evaluations=some(evaluations),
    served=some(served),
    suggestions=st.integers(0, 60),
    measures=st.integers(0, 20),
    problems=st.integers(0, 30),
)
