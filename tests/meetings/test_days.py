import calendar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.errors import Code, Refusal
from deliberation.meetings.days import (
    DayRule,
    MonthlyDate,
    NthWeekday,
    next_days,
    notice_deadline,
    starts_at,
    words,
)

monthly = st.builds(MonthlyDate, day=st.integers(1, 31))
nth = st.builds(NthWeekday, n=st.sampled_from([-1, 1, 2, 3, 4, 5]), weekday=st.integers(1, 7))
starts = st.integers(0, 23 * 60 + 59).map(lambda m: f"{m // 60:02}:{m % 60:02}")
rules = st.builds(
    DayRule,
    on=monthly | nth,
    starts=starts,
    minutes=st.integers(10, 1440),
    venue=st.text("议事厅{}", min_size=1),
)
dates = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def on(pattern: MonthlyDate | NthWeekday) -> DayRule:
    return DayRule(on=pattern, starts="09:00", minutes=150, venue="党群服务中心")


@given(rules, dates)
def test_the_next_days_are_in_order_after_the_date_one_a_month_at_most(
    rule: DayRule, after: date
) -> None:
    days = next_days(rule, after)
    assert len(days) == 12
    assert all(earlier < later for earlier, later in zip([after, *days], days, strict=False))
    assert len({(day.year, day.month) for day in days}) == 12


@given(rules, dates)
def test_going_on_from_a_day_gives_the_day_after_it(rule: DayRule, after: date) -> None:
    days = next_days(rule, after, 5)
    assert next_days(rule, days[0], 4) == days[1:]


@given(st.integers(1, 31), dates)
def test_a_monthly_date_keeps_its_date_or_takes_the_last_of_a_shorter_month(
    day: int, after: date
) -> None:
    for found in next_days(on(MonthlyDate(day=day)), after):
        length = calendar.monthrange(found.year, found.month)[1]
        assert found.day == min(day, length)


@given(st.sampled_from([-1, 1, 2, 3, 4, 5]), st.integers(1, 7), dates)
def test_an_nth_weekday_is_that_weekday_and_the_nth(n: int, weekday: int, after: date) -> None:
    for found in next_days(on(NthWeekday(n=n, weekday=weekday)), after):
        assert found.isoweekday() == weekday
        if n == -1:
            assert found.day + 7 > calendar.monthrange(found.year, found.month)[1]
        else:
            assert (found.day - 1) // 7 + 1 == n


def test_days_of_the_calendar() -> None:
    after = date(2026, 11, 20)
    assert next_days(on(MonthlyDate(day=20)), after, 2) == [date(2026, 12, 20), date(2027, 1, 20)]
    assert next_days(on(MonthlyDate(day=31)), date(2027, 2, 1), 2) == [
        date(2027, 2, 28),
        date(2027, 3, 31),
    ]
    assert next_days(on(NthWeekday(n=3, weekday=5)), after, 1) == [date(2026, 12, 18)]
    assert next_days(on(NthWeekday(n=-1, weekday=7)), after, 1) == [date(2026, 11, 29)]
    assert next_days(on(NthWeekday(n=5, weekday=7)), after, 2) == [
        date(2026, 11, 29),
        date(2027, 1, 31),
    ]


def test_the_notice_is_due_so_many_days_before() -> None:
    assert notice_deadline(date(2026, 12, 20), 15) == date(2026, 12, 5)
    assert notice_deadline(date(2026, 12, 20), 0) == date(2026, 12, 20)


def test_a_day_begins_at_its_local_time() -> None:
    begins = starts_at(on(MonthlyDate(day=20)), date(2026, 12, 20), ZoneInfo("Asia/Shanghai"))
    assert begins == datetime(2026, 12, 20, 1, 0, tzinfo=UTC)
    assert begins.tzinfo is UTC


@given(rules)
def test_a_rule_read_back_is_the_same_rule(rule: DayRule) -> None:
    assert DayRule.from_json(msgspec.json.decode(msgspec.json.encode(rule.to_json()))) == rule


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": {"kind": "date", "day": 0}}, "日期"),
        ({"on": {"kind": "date", "day": 32}}, "日期"),
        ({"on": {"kind": "weekday", "n": 0, "weekday": 1}}, "第几个"),
        ({"on": {"kind": "weekday", "n": 6, "weekday": 1}}, "第几个"),
        ({"on": {"kind": "weekday", "n": -2, "weekday": 1}}, "第几个"),
        ({"on": {"kind": "weekday", "n": 1, "weekday": 0}}, "星期几"),
        ({"starts": "9:00"}, "开始时间"),
        ({"starts": "24:00"}, "开始时间"),
        ({"starts": "09:00:30"}, "开始时间"),
        ({"minutes": 0}, "会议时长"),
        ({"venue": " "}, "地点"),
    ],
)
def test_a_rule_that_is_not_sound_is_refused_by_the_name_of_its_field(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        DayRule.from_json(on(MonthlyDate(day=20)).to_json() | changes)
    assert refusal.value.code is Code.RULE_INVALID
    assert refusal.value.facts == {"field": field}


def test_an_unknown_kind_of_day_is_refused() -> None:
    with pytest.raises(Refusal):
        DayRule.from_json(on(MonthlyDate(day=20)).to_json() | {"on": {"kind": "lunar", "day": 1}})


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (MonthlyDate(day=20), "每月20日09:00，党群服务中心"),
        (MonthlyDate(day=31), "每月31日（没有这一天的月份，为最后一天）09:00，党群服务中心"),
        (NthWeekday(n=3, weekday=5), "每月第3个星期五09:00，党群服务中心"),
        (NthWeekday(n=-1, weekday=7), "每月最后一个星期日09:00，党群服务中心"),
    ],
)
def test_the_rule_is_said_in_words(pattern: MonthlyDate | NthWeekday, said: str) -> None:
    assert words(on(pattern)).render() == said
