"""The rule of the deliberation day: a date each month or an nth weekday, and when notice is due.

Days are dates in the community's zone. The rule proposes; a day once planned is moved or cancelled
by hand, which is how public holidays are met.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import msgspec

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say

LAST = -1


class MonthlyDate(msgspec.Struct, frozen=True, kw_only=True, tag="date", tag_field="kind"):
    """The same date each month, 1 to 31; the last day of a month that is shorter."""

    day: int

    def __post_init__(self) -> None:
        _check(1 <= self.day <= 31, N_("日期"))

    def in_month(self, year: int, month: int) -> date:
        return date(year, month, min(self.day, calendar.monthrange(year, month)[1]))


class NthWeekday(msgspec.Struct, frozen=True, kw_only=True, tag="weekday", tag_field="kind"):
    """The nth weekday of a month, n from 1 to 5, or the last (-1); Monday is 1, Sunday is 7.

    A month without a fifth one has no day."""

    n: int
    weekday: int

    def __post_init__(self) -> None:
        _check(self.n == LAST or 1 <= self.n <= 5, N_("第几个"))
        _check(1 <= self.weekday <= 7, N_("星期几"))

    def in_month(self, year: int, month: int) -> date | None:
        first_weekday, length = calendar.monthrange(year, month)
        first = 1 + (self.weekday - 1 - first_weekday) % 7
        days = range(first, length + 1, 7)
        if self.n > len(days):
            return None
        return date(year, month, days[self.n if self.n == LAST else self.n - 1])


class DayRule(msgspec.Struct, frozen=True, kw_only=True):
    """When and where the community meets."""

    on: MonthlyDate | NthWeekday
    starts: str
    """Local time of day, "09:00"."""
    minutes: int
    venue: str

    def __post_init__(self) -> None:
        _check(_time_from(self.starts) is not None, N_("开始时间"))
        _check(10 <= self.minutes <= 1440, N_("会议时长"))
        _check(bool(self.venue.strip()), N_("地点"))

    def to_json(self) -> dict[str, Any]:
        """Canonical values only: strings and integers."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "DayRule":
        """Refuses with RULE_INVALID what is not a sound rule."""
        try:
            return msgspec.convert(body, cls)
        except msgspec.ValidationError as error:
            raise Refusal(Code.RULE_INVALID, field=N_("格式")) from error


def _check(sound: bool, field: str) -> None:
    if not sound:
        raise Refusal(Code.RULE_INVALID, field=field)


def _time_from(text: str) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return found if found.strftime("%H:%M") == text else None


def next_days(rule: DayRule, after: date, count: int = 12) -> list[date]:
    """The next days of the rule, after the given date and not on it."""
    days = _days(rule, after)
    return [next(days) for _ in range(count)]


def _days(rule: DayRule, after: date) -> Iterator[date]:
    year, month = after.year, after.month
    while True:
        day = rule.on.in_month(year, month)
        if day is not None and day > after:
            yield day
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def starts_at(rule: DayRule, day: date, zone: tzinfo) -> datetime:
    """The instant at which a day of the rule begins, in UTC."""
    local = datetime.combine(day, time.fromisoformat(rule.starts), zone)
    return local.astimezone(UTC)


def notice_deadline(day: date, notice_days: int) -> date:
    """The last date on which the notice may be published: 15 days before 12-20 is 12-05."""
    return day - timedelta(days=notice_days)


_WEEKDAYS = (
    N_("星期一"),
    N_("星期二"),
    N_("星期三"),
    N_("星期四"),
    N_("星期五"),
    N_("星期六"),
    N_("星期日"),
)


def words(rule: DayRule) -> Sentence:
    """ "每月20日09:00，党群服务中心" """
    return say(
        N_("{on}{starts}，{venue}"), on=_on_words(rule.on), starts=rule.starts, venue=rule.venue
    )


def _on_words(on: MonthlyDate | NthWeekday) -> Sentence:
    if isinstance(on, MonthlyDate):
        text = (
            N_("每月{day}日（没有这一天的月份，为最后一天）") if on.day > 28 else N_("每月{day}日")
        )
        return say(text, day=on.day)
    weekday = say(_WEEKDAYS[on.weekday - 1])
    if on.n == LAST:
        return say(N_("每月最后一个{weekday}"), weekday=weekday)
    return say(N_("每月第{n}个{weekday}"), n=on.n, weekday=weekday)
