"""A community's calendar with a day in it, for the tests of feeds."""

from datetime import UTC, datetime

from deliberation.ical.rules import CalendarFacts, EventFacts

CALENDAR = CalendarFacts(
    uid="6d6f3c0e-calendar",
    name="示例社区议事日",
    organizer="示例社区居民委员会",
    organizer_uri="https://yishi.example/",
)

DAY = EventFacts(
    uid="0b0e7a52-day",
    sequence=0,
    starts_at=datetime(2026, 12, 20, 1, 0, tzinfo=UTC),
    ends_at=datetime(2026, 12, 20, 3, 30, tzinfo=UTC),
    title="12月议事日",
    venue="党群服务中心; 二楼, 议事厅",
    description="一、上月事项回报\n二、电动自行车充电棚选址",
    url="https://yishi.example/days/2026-12-20",
    is_cancelled=False,
    modified_at=datetime(2026, 12, 1, 8, 0, tzinfo=UTC),
)
