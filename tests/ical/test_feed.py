import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from deliberation.ical.feed import feed, one_event
from deliberation.ical.rules import EventFacts
from tests.ical.facts import CALENDAR, DAY

CANCELLED = replace(
    DAY,
    uid="7c1d9f11-day",
    title="已取消：1月议事日",
    starts_at=DAY.starts_at + timedelta(days=31),
    ends_at=DAY.ends_at + timedelta(days=31),
    sequence=3,
    is_cancelled=True,
    modified_at=DAY.modified_at + timedelta(days=5),
)

instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001  zone below
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
texts = st.text(max_size=120)
events = st.builds(
    lambda starts_at, minutes, **facts: EventFacts(
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), **facts
    ),
    starts_at=instants,
    minutes=st.integers(1, 600),
    uid=st.uuids().map(str),
    sequence=st.integers(0, 9),
    title=texts,
    venue=texts,
    description=texts,
    url=st.just(DAY.url),
    is_cancelled=st.booleans(),
    modified_at=instants,
)
feeds = st.lists(events, max_size=5, unique_by=lambda event: event.uid)


def lines(content: bytes) -> list[str]:
    """Unfolded."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def event_lines(content: bytes, uid: str) -> list[str]:
    blocks = re.findall(r"BEGIN:VEVENT\n.*?END:VEVENT", "\n".join(lines(content)), re.DOTALL)
    (found,) = [block for block in blocks if f"\nUID:{uid}\n" in block]
    return str(found).split("\n")


def test_the_calendar_says_who_it_is_and_how_often_to_come_back() -> None:
    found = lines(feed(CALENDAR, [DAY]))
    head = found[: found.index("BEGIN:VTIMEZONE")]
    assert set(head) == {
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Deliberation Day//Deliberation Day//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "UID:6d6f3c0e-calendar",
        "NAME:示例社区议事日",
        "X-WR-CALNAME:示例社区议事日",
        "X-WR-TIMEZONE:Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
        "LAST-MODIFIED:20261201T080000Z",
    }
    assert "COLOR:seagreen" in lines(feed(replace(CALENDAR, color="seagreen"), []))


def test_the_zone_is_one_standard_time_without_daylight_saving() -> None:
    found = lines(feed(CALENDAR, [DAY]))
    zone = found[found.index("BEGIN:VTIMEZONE") : found.index("END:VTIMEZONE") + 1]
    assert zone == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Shanghai",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZNAME:CST",
        "TZOFFSETFROM:+0800",
        "TZOFFSETTO:+0800",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


def test_an_event_has_all_that_programs_ask_for_and_no_attendee() -> None:
    assert sorted(event_lines(feed(CALENDAR, [DAY]), DAY.uid)) == [
        "BEGIN:VEVENT",
        "DESCRIPTION:一、上月事项回报\\n二、电动自行车充电棚选址"
        "\\n\\nhttps://yishi.example/days/2026-12-20",
        "DTEND;TZID=Asia/Shanghai:20261220T113000",
        "DTSTAMP:20261201T080000Z",
        "DTSTART;TZID=Asia/Shanghai:20261220T090000",
        "END:VEVENT",
        "LAST-MODIFIED:20261201T080000Z",
        "LOCATION:党群服务中心\\; 二楼\\, 议事厅",
        "ORGANIZER;CN=示例社区居民委员会:https://yishi.example/",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "SUMMARY:12月议事日",
        "UID:0b0e7a52-day",
        "URL:https://yishi.example/days/2026-12-20",
    ]


def test_a_link_that_is_in_the_text_is_not_repeated() -> None:
    told = replace(DAY, description=f"详见{DAY.url}")
    assert f"DESCRIPTION:详见{DAY.url}" in event_lines(feed(CALENDAR, [told]), DAY.uid)


def test_a_cancelled_day_stays_visible_under_its_identity_with_a_higher_sequence() -> None:
    found = event_lines(feed(CALENDAR, [DAY, CANCELLED]), CANCELLED.uid)
    assert {"STATUS:CANCELLED", "SEQUENCE:3", "SUMMARY:已取消：1月议事日"} <= set(found)
    assert "ORGANIZER;CN=示例社区居民委员会:https://yishi.example/" in found


def test_a_moved_day_keeps_its_identity() -> None:
    moved = replace(
        DAY,
        starts_at=DAY.starts_at + timedelta(days=1),
        ends_at=DAY.ends_at + timedelta(days=1),
        sequence=1,
        modified_at=DAY.modified_at + timedelta(hours=1),
    )
    found = event_lines(feed(CALENDAR, [moved]), DAY.uid)
    assert {
        "DTSTART;TZID=Asia/Shanghai:20261221T090000",
        "SEQUENCE:1",
        "DTSTAMP:20261201T090000Z",
    } <= set(found)


def test_an_empty_calendar_is_whole() -> None:
    found = lines(feed(CALENDAR, []))
    assert "BEGIN:VTIMEZONE" in found
    assert "BEGIN:VEVENT" not in found
    assert not any(line.startswith("LAST-MODIFIED") for line in found)
    elsewhere = lines(feed(replace(CALENDAR, zone="Europe/Berlin"), []))
    assert "TZID:Etc/UTC" in elsewhere


def test_another_zone_is_written_in_universal_time() -> None:
    content = feed(replace(CALENDAR, zone="Europe/Berlin"), [DAY])
    found = event_lines(content, DAY.uid)
    assert "DTSTART:20261220T010000Z" in found
    assert "DTEND:20261220T033000Z" in found
    assert "VTIMEZONE" not in content.decode()
    assert "X-WR-TIMEZONE:Europe/Berlin" in lines(content)


def test_a_file_to_add_is_the_same_event_without_the_calendars_identity() -> None:
    content = one_event(CALENDAR, DAY)
    assert event_lines(content, DAY.uid) == event_lines(feed(CALENDAR, [DAY]), DAY.uid)
    assert "METHOD:PUBLISH" in lines(content)
    assert "UID:6d6f3c0e-calendar" not in lines(content)
    assert b"REFRESH-INTERVAL" not in content


@given(feeds)
def test_lines_end_in_crlf_and_hold_75_octets_at_most(published: list[EventFacts]) -> None:
    content = feed(CALENDAR, published)
    assert content.endswith(b"END:VCALENDAR\r\n")
    physical = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in physical)
    assert not any(b"\n" in line or b"\r" in line for line in physical)
    for line in physical:
        line.decode()  # no character is cut in two


@given(feeds, st.randoms(use_true_random=False))
def test_the_bytes_depend_on_the_data_only(
    published: list[EventFacts], chance: random.Random
) -> None:
    shuffled = published.copy()
    chance.shuffle(shuffled)
    assert feed(CALENDAR, published) == feed(CALENDAR, shuffled)


@given(feeds)
def test_whatever_is_written_into_a_day_is_read_back(published: list[EventFacts]) -> None:
    read = icalendar.Calendar.from_ical(feed(CALENDAR, published))
    found = {str(event["UID"]): event for event in read.walk("VEVENT")}
    assert set(found) == {event.uid for event in published}
    for event in published:
        assert found[event.uid].decoded("DTSTART") == event.starts_at
        assert found[event.uid].decoded("DTEND") == event.ends_at
        assert DAY.url in str(found[event.uid]["DESCRIPTION"])


def test_nothing_that_people_write_becomes_a_line_of_its_own() -> None:
    sly = replace(
        DAY,
        title="会\r\nATTENDEE:mailto:x\x00\x0b\ud800",
        venue='"\\N; C:\\New',
        description="a\rATTENDEE:b",
    )
    calendar = replace(CALENDAR, organizer='居委会";X=1\nATTENDEE:c:d')
    content = feed(calendar, [sly])
    assert not any(line.startswith("ATTENDEE") for line in lines(content))
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "会\nATTENDEE:mailto:x"
    assert str(event["LOCATION"]) == '"＼N; C:＼New'
    assert event["ORGANIZER"].params["CN"] == "居委会';X=1 ATTENDEE:c:d"
