from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.ical.rules import window
from tests.ical.facts import CALENDAR, DAY

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(days)
def test_the_window_is_whole_months_around_the_day(today: date) -> None:
    first, after = window(today)
    assert first.day == after.day == 1
    months = (after.year - first.year) * 12 + after.month - first.month
    assert months == 12 + 1 + 14
    assert (today.year - first.year) * 12 + today.month - first.month == 12


@given(days)
def test_the_window_stands_still_within_a_month(today: date) -> None:
    tomorrow = today + timedelta(days=1)
    assert (window(today) == window(tomorrow)) is (today.month == tomorrow.month)


def test_a_window_of_the_calendar() -> None:
    assert window(date(2026, 11, 23)) == (date(2025, 11, 1), date(2028, 2, 1))
    assert window(date(2026, 12, 31)) == (date(2025, 12, 1), date(2028, 3, 1))


@pytest.mark.parametrize("uid", ["", "short", "day@yishi.example", "a" * 61, "b" * 8 + "\n"])
def test_an_identity_is_opaque(uid: str) -> None:
    with pytest.raises(ValueError, match="opaque"):
        replace(DAY, uid=uid)
    with pytest.raises(ValueError, match="opaque"):
        replace(CALENDAR, uid=uid)


@pytest.mark.parametrize(
    "uri",
    ["", "javascript:alert(1)", "https://yishi.example/\nATTENDEE:x", "https://议事.example/"],
)
def test_an_address_cannot_end_its_line(uri: str) -> None:
    with pytest.raises(ValueError, match="address"):
        replace(DAY, url=uri)
    with pytest.raises(ValueError, match="address"):
        replace(CALENDAR, organizer_uri=uri)


def test_an_event_ends_after_it_starts_and_knows_its_zone() -> None:
    with pytest.raises(ValueError, match="ends after"):
        replace(DAY, ends_at=DAY.starts_at)
    with pytest.raises(ValueError, match="aware"):
        replace(DAY, modified_at=datetime(2026, 12, 1))  # noqa: DTZ001  what is refused
