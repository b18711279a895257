"""The rules of claiming and escalating, on any facts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.claims import rules
from deliberation.claims.rules import DemandFacts
from deliberation.errors import Code, Refusal
from deliberation.matters.planning import Part, backwards

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
facts = st.builds(
    DemandFacts,
    number=st.just("2026-001"),
    state=st.sampled_from(
        ("listed", "taken_up", "referred", "resolved", "merged", "declined", "staged")
    ),
    route=st.sampled_from(("", "deliberation", "service", "mediation", "authority", "petition")),
    is_private=st.booleans(),
    merged_into=st.just("另一件"),
    is_offered=st.booleans(),
)


@given(facts)
def test_only_what_is_listed_public_and_to_be_deliberated_is_claimed(demand: DemandFacts) -> None:
    may = (
        demand.state == "listed"
        and not demand.is_private
        and demand.route in ("", "deliberation")
        and demand.is_offered
    )
    if may:
        rules.check_claimable(demand)
        return
    with pytest.raises(Refusal):
        rules.check_claimable(demand)


@given(days, days)
def test_a_deadline_is_today_or_later(due_on: date, today: date) -> None:
    if due_on >= today:
        rules.check_deadline(due_on, today)
        return
    with pytest.raises(Refusal) as refusal:
        rules.check_deadline(due_on, today)
    assert refusal.value.code is Code.DEADLINE_IN_THE_PAST


@given(days, st.none() | days, st.integers(1, 120), days)
def test_once_due_it_stays_due_until_it_comes_back(
    since: date, ended: date | None, limit: int, today: date
) -> None:
    tomorrow = today + timedelta(days=1)
    for is_due in (rules.is_unclaimed, rules.is_overdue):
        if is_due(since, ended, today, limit):
            assert is_due(since, ended, tomorrow, limit)
            assert not is_due(since, today, today, limit)
        assert not is_due(since, ended, since, limit)


@given(days, days)
def test_no_days_were_waited_when_the_clock_went_back(since: date, today: date) -> None:
    assert rules.waited_days(since, today) == max(0, (today - since).days)


titles = st.text(st.sampled_from("勘察设计施工验收 甲乙"), min_size=1).filter(
    lambda text: bool(text.strip())
)


@given(st.lists(st.tuples(titles, st.integers(1, 60)), max_size=12))
def test_a_plan_is_read_as_it_is_written(parts: list[tuple[str, int]]) -> None:
    for joint in (" ", "，", "：", ""):
        text = "\n".join(f"{title}{joint}{n}天" for title, n in parts)
        assert rules.plan_from(text) == tuple(Part(title=t.strip(), days=n) for t, n in parts)


@given(days, st.integers(0, 200), st.lists(st.integers(1, 30), min_size=1, max_size=12))
def test_stages_end_on_the_promised_day_and_never_before_today(
    today: date, left: int, lengths: list[int]
) -> None:
    due_on = today + timedelta(days=left)
    lines = backwards(today, due_on, [Part(title="工序", days=n) for n in lengths])
    dates = [on for _title, on in lines]
    assert dates == sorted(dates)
    assert dates[-1] == due_on
    assert dates[0] >= today


@pytest.mark.parametrize("text", ["勘察", "3", "勘察 0", "勘察 1000", "勘察 三天", " 5天"])
def test_a_line_that_is_no_stage_is_named(text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rules.plan_from(f"勘察 3\n\n{text}")
    assert refusal.value.code is Code.PLAN_UNREADABLE
    assert refusal.value.facts["line"] == 3


@given(st.text(max_size=600))
def test_a_reason_is_something_and_not_too_much(text: str) -> None:
    said = text.strip()
    if said and len(said) <= rules.LONGEST_REASON:
        assert rules.reason_of(text) == said
        return
    with pytest.raises(Refusal) as refusal:
        rules.reason_of(text)
    assert refusal.value.code is (Code.FIELD_TOO_LONG if said else Code.REASON_REQUIRED)
