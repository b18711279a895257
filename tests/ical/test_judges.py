"""Other people's readers of calendars accept what we publish, and find the same in it."""

import ctypes
import warnings
from dataclasses import replace
from datetime import date, timedelta

import icalendar
import pytest

from deliberation.ical.feed import feed, one_event
from deliberation.ical.rules import CalendarFacts, EventFacts
from tests.ical.facts import CALENDAR, DAY
from tests.support import missing

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # their own, while they are imported
    import recurring_ical_events
    import vobject

CANCELLED = replace(
    DAY,
    uid="7c1d9f11-day",
    sequence=1,
    starts_at=DAY.starts_at + timedelta(days=31),
    ends_at=DAY.ends_at + timedelta(days=31),
    is_cancelled=True,
)
BERLIN = replace(CALENDAR, zone="Europe/Berlin")
PUBLISHED = {
    "a day and a cancelled one": feed(CALENDAR, [DAY, CANCELLED]),
    "an empty calendar": feed(CALENDAR, []),
    "one event to add": one_event(CALENDAR, DAY),
    "long lines": feed(CALENDAR, [replace(DAY, title="议事日，" * 60, description="；\n" * 90)]),
    "another zone": feed(BERLIN, [DAY, CANCELLED]),
    "an empty calendar in another zone": feed(BERLIN, []),
}
ALL = pytest.mark.parametrize("content", PUBLISHED.values(), ids=PUBLISHED.keys())


@ALL
def test_vobject_validates_it(content: bytes) -> None:
    (calendar,) = vobject.readComponents(content.decode())
    assert calendar.validate(raiseException=True)


def test_vobject_finds_the_day_at_its_time() -> None:
    calendar = vobject.readOne(feed(CALENDAR, [DAY]).decode())
    assert calendar.vevent.dtstart.value == DAY.starts_at
    assert calendar.vevent.location.value == DAY.venue


@pytest.mark.parametrize("calendar", [CALENDAR, BERLIN])
def test_recurring_ical_events_shows_each_day_once(calendar: CalendarFacts) -> None:
    read = icalendar.Calendar.from_ical(feed(calendar, [DAY, CANCELLED]))
    shown = recurring_ical_events.of(read).between(date(2026, 12, 1), date(2027, 2, 1))
    assert [(str(e["UID"]), e["DTSTART"].dt) for e in shown] == [
        (day.uid, day.starts_at) for day in (DAY, CANCELLED)
    ]


@pytest.fixture(scope="module")
def libical() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libical.so.3")
    except OSError:
        missing("libical is not installed (Debian: libical3)")
    library.icalparser_parse_string.restype = ctypes.c_void_p
    library.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    for name in ("icalrestriction_check", "icalcomponent_count_errors", "icalcomponent_is_valid"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    return library


@ALL
def test_libical_finds_no_error_and_no_breach_of_its_restrictions(
    libical: ctypes.CDLL, content: bytes
) -> None:
    component = libical.icalparser_parse_string(content)
    assert component
    assert libical.icalcomponent_is_valid(component) == 1
    assert libical.icalrestriction_check(component) == 1
    assert libical.icalcomponent_count_errors(component) == 0


def test_libical_would_find_an_attendee_in_a_published_feed(libical: ctypes.CDLL) -> None:
    spoilt = feed(CALENDAR, [DAY]).replace(
        b"END:VEVENT", b"ATTENDEE:mailto:x@yishi.example\r\nEND:VEVENT"
    )
    component = libical.icalparser_parse_string(spoilt)
    libical.icalrestriction_check(component)
    assert libical.icalcomponent_count_errors(component) > 0


def test_every_event_of_the_feed_is_found_by_its_identity_by_all_of_them() -> None:
    days: list[EventFacts] = [
        replace(
            DAY,
            uid=f"0b0e7a52-day-{month}",
            starts_at=DAY.starts_at + timedelta(days=30 * month),
            ends_at=DAY.ends_at + timedelta(days=30 * month),
        )
        for month in range(12)
    ]
    content = feed(CALENDAR, days)
    ours = {day.uid for day in days}
    assert {str(e["UID"]) for e in icalendar.Calendar.from_ical(content).walk("VEVENT")} == ours
    assert {e.uid.value for e in vobject.readOne(content.decode()).vevent_list} == ours
