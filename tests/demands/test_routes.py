"""Where a demand may go, by which day, and how soon service settles it: the rules alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.demands import routes
from deliberation.demands.routes import Days, Route, Served, Standing
from deliberation.errors import Code, Refusal

TODAY = date(2026, 11, 20)
ZONES = ("Asia/Shanghai", "Asia/Urumqi", "UTC", "America/New_York", "Pacific/Kiritimati")
days_of_years = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def refused(code: Code) -> "pytest.RaisesExc[Refusal]":
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code is code)


@pytest.mark.parametrize("state", ["taken_up", "merged", "resolved", "declined", "staged"])
def test_only_what_waits_or_is_away_is_sent(state: str) -> None:
    with refused(Code.DEMAND_ROUTE_UNSUITABLE):
        routes.check_route(Standing(state=state), Route.SERVICE)


@pytest.mark.parametrize("state", ["listed", "referred"])
@pytest.mark.parametrize("route", list(Route))
def test_what_waits_goes_anywhere(state: str, route: Route) -> None:
    routes.check_route(Standing(state=state), route)


def test_a_dispute_never_comes_back_into_public() -> None:
    private = Standing(state="listed", is_private=True)
    with refused(Code.DEMAND_ROUTE_UNSUITABLE):
        routes.check_route(private, Route.DELIBERATION)
    for route in (Route.MEDIATION, Route.PETITION, Route.AUTHORITY, Route.DECLINED):
        routes.check_route(private, route)


def test_what_a_meeting_dealt_with_cannot_be_hidden_any_more() -> None:
    with refused(Code.DEMAND_ROUTE_UNSUITABLE):
        routes.check_route(Standing(state="listed", was_public=True), Route.MEDIATION)


@given(
    today=days_of_years, ahead=st.integers(0, routes.FURTHEST_DAYS), route=st.sampled_from(Route)
)
def test_a_day_that_was_chosen_is_kept_across_ends_of_months(
    today: date, ahead: int, route: Route
) -> None:
    chosen = today + timedelta(days=ahead)
    due = routes.due_on(route, today, Days(), chosen)
    if route is Route.DECLINED:
        assert due is None
    elif route is Route.PETITION:
        assert due == today + timedelta(days=60)
    else:
        assert due == chosen


@given(today=days_of_years, behind=st.integers(1, 400))
def test_a_day_that_has_passed_is_refused(today: date, behind: int) -> None:
    with refused(Code.DEADLINE_IN_THE_PAST):
        routes.due_on(Route.SERVICE, today, Days(), today - timedelta(days=behind))


def test_a_day_far_away_was_mistyped() -> None:
    with refused(Code.FIELD_INVALID):
        routes.due_on(Route.AUTHORITY, TODAY, Days(), date(2062, 11, 20))


def test_an_authority_is_given_a_day() -> None:
    with refused(Code.FIELD_MISSING):
        routes.due_on(Route.AUTHORITY, TODAY, Days(), None)


@given(today=days_of_years, service=st.integers(0, 366), mediation=st.integers(1, 366))
def test_the_usual_days_are_the_communitys(today: date, service: int, mediation: int) -> None:
    days = Days(service=service, mediation=mediation)
    assert routes.due_on(Route.SERVICE, today, days, None) == today + timedelta(days=service)
    assert routes.due_on(Route.MEDIATION, today, days, None) == today + timedelta(days=mediation)


def test_a_petition_is_accepted_in_15_days_and_closed_in_60() -> None:
    due = routes.due_on(Route.PETITION, TODAY, Days(), None)
    assert due == date(2027, 1, 19)
    assert routes.first_due_on(Route.PETITION, TODAY, Days(), due) == date(2026, 12, 5)


@given(at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), zone=st.sampled_from(ZONES))  # noqa: DTZ001  the zone is put on below
def test_the_day_is_that_of_the_place(at: datetime, zone: str) -> None:
    aware = at.replace(tzinfo=UTC)
    local = routes.local_day(aware, zone)
    begins = datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(zone))
    assert begins.astimezone(UTC) <= aware < (begins + timedelta(days=1, hours=2)).astimezone(UTC)


def test_an_evening_in_london_is_the_next_day_in_shanghai() -> None:
    assert routes.local_day(datetime(2026, 11, 30, 16, 0, tzinfo=UTC), "Asia/Shanghai") == date(
        2026, 12, 1
    )


@given(raised=days_of_years, answer=st.integers(1, 366))
def test_an_answer_is_due_so_many_days_after_it_was_raised(raised: date, answer: int) -> None:
    days = Days(answer=answer)
    assert routes.answer_due_on(raised, None, days) == raised + timedelta(days=answer)
    assert routes.answer_due_on(raised, TODAY, days) == TODAY


@pytest.mark.parametrize("route", [r for r in Route if r is not Route.DELIBERATION])
def test_sending_away_needs_a_reason(route: Route) -> None:
    with refused(Code.REASON_REQUIRED):
        routes.reason_from("  ", route)
    assert routes.reason_from(" 演示理由 ", route) == "演示理由"


def test_what_stays_on_the_list_needs_none() -> None:
    assert routes.reason_from("", Route.DELIBERATION) == ""


def test_days_that_are_none_are_refused() -> None:
    routes.check_days(replace(Days(), service=0))
    for wrong in (replace(Days(), answer=0), replace(Days(), closed=367)):
        with refused(Code.FIELD_INVALID):
            routes.check_days(wrong)
    with refused(Code.FIELD_MISSING):
        routes.check_days(replace(Days(), source=" "))


def test_days_that_were_adopted_are_read_back() -> None:
    days = Days(answer=3, source="演示规定")
    assert routes.days_from(days.to_json()) == days
    assert routes.days_from({"answer": 3, "unknown": 1}) == Days(answer=3)
    assert routes.days_from(None) == Days()


def test_who_asked_says_once_and_in_time_that_it_was_not_done() -> None:
    answered = date(2026, 11, 13)
    assert routes.may_dispute(answered, TODAY, Days(), disputes=0)
    assert not routes.may_dispute(answered, TODAY + timedelta(days=1), Days(), disputes=0)
    assert not routes.may_dispute(answered, TODAY, Days(), disputes=1)


served = st.builds(
    lambda on, took: Served(
        handed_on=on, settled_on=None if took is None else on + timedelta(days=took)
    ),
    days_of_years,
    st.none() | st.integers(0, 40),
)


@given(rows=st.lists(served, max_size=60))
def test_shares_accumulate_exactly(rows: list[Served]) -> None:
    found = routes.cumulative(rows)
    assert 0 <= found.same_day <= found.two_days <= found.three_days <= found.settled <= found.n
    assert found.n == len(rows)
    within = [
        sum(
            r.settled_on is not None and r.settled_on <= r.handed_on + timedelta(days=d)
            for r in rows
        )
        for d in (0, 1, 2)
    ]
    assert [found.same_day, found.two_days, found.three_days] == within
    if rows:
        assert found.shares == tuple(Fraction(n, len(rows)) for n in within)
    else:
        assert found.shares is None


def test_the_figures_of_the_articles_come_out() -> None:
    """Same day 50 %, two days 80 %, three days 95 %: of 20."""
    took = [0] * 10 + [1] * 6 + [2] * 3 + [5]
    rows = [Served(handed_on=TODAY, settled_on=TODAY + timedelta(days=d)) for d in took]
    assert routes.cumulative(rows).shares == (
        Fraction(1, 2),
        Fraction(4, 5),
        Fraction(19, 20),
    )
