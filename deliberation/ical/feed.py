"""Calendar feeds (RFC 5545, RFC 7986) that the programs of subscribers take as they are.

The bytes depend only on the facts: the same data are the same feed, and so the same ETag.
"""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vCalAddress, vDuration, vText

from deliberation.ical.rules import CalendarFacts, EventFacts

SHANGHAI = "Asia/Shanghai"
PRODUCT = "-//Deliberation Day//Deliberation Day//ZH"
MEDIA_TYPE = "text/calendar; charset=utf-8"


def feed(calendar: CalendarFacts, events: Sequence[EventFacts]) -> bytes:
    """The whole calendar, published for subscription; valid without any event too."""
    made = _calendar(calendar)
    made.add("uid", calendar.uid)
    made.add("name", _plain(calendar.name))
    made.add("x-wr-calname", _plain(calendar.name))
    made.add("x-wr-timezone", calendar.zone)
    refresh = vDuration(timedelta(hours=calendar.refresh_hours))
    refresh.params["VALUE"] = "DURATION"  # required by RFC 7986 §5.7, and not written by itself
    made.add("refresh-interval", refresh)
    made.add("x-published-ttl", vDuration(timedelta(hours=calendar.refresh_hours)))
    if calendar.color:
        made.add("color", calendar.color)
    if events:
        made.add("last-modified", max(event.modified_at for event in events).astimezone(UTC))
    return _with_events(made, calendar, events)


def one_event(calendar: CalendarFacts, event: EventFacts) -> bytes:
    """A file with one event, to add to a calendar by hand. It has the event's own UID, so that a
    program that subscribes too shows it once."""
    return _with_events(_calendar(calendar), calendar, [event])


def _calendar(facts: CalendarFacts) -> Calendar:
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    return made


def _with_events(made: Calendar, facts: CalendarFacts, events: Sequence[EventFacts]) -> bytes:
    if facts.zone == SHANGHAI:
        made.add_component(_zone(SHANGHAI, "CST", timedelta(hours=8)))
    elif not events:
        made.add_component(_zone("Etc/UTC", "UTC", timedelta()))  # RFC 5545 §3.6: never empty
    for event in sorted(events, key=lambda event: (event.starts_at, event.uid)):
        made.add_component(_event(facts, event))
    content: bytes = made.to_ical()
    return content


def _zone(identity: str, name: str, offset: timedelta) -> Timezone:
    """By hand: the generated Asia/Shanghai has the daylight saving of 1986–91, which shifts Outlook
    and which libical refuses. Zones other than that have none here: their instants are written in
    UTC, which is exact for events that do not recur."""
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  local by definition
    standard.add("tzoffsetfrom", offset)
    standard.add("tzoffsetto", offset)
    standard.add("tzname", name)
    zone = Timezone()
    zone.add("tzid", identity)
    zone.add_component(standard)
    return zone


def _event(facts: CalendarFacts, event: EventFacts) -> Event:
    made = Event()
    made.add("uid", event.uid)
    made.add("dtstamp", event.modified_at.astimezone(UTC))
    made.add("last-modified", event.modified_at.astimezone(UTC))
    made.add("sequence", event.sequence)
    made.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    made.add("dtstart", _local(facts, event.starts_at))
    made.add("dtend", _local(facts, event.ends_at))
    made.add("summary", _plain(event.title))
    made.add("location", _plain(event.venue))
    made.add("description", _plain(_with_link(event)))
    made.add("url", event.url)
    made.add("organizer", _organizer(facts))
    return made


def _local(facts: CalendarFacts, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(SHANGHAI) if facts.zone == SHANGHAI else UTC)


def _with_link(event: EventFacts) -> str:
    """Some programs show no URL property; the link is in the text as well."""
    if event.url in event.description:
        return event.description
    return f"{event.description}\n\n{event.url}".strip()


def _organizer(facts: CalendarFacts) -> vCalAddress:
    made = vCalAddress(facts.organizer_uri)
    made.params["CN"] = vText(_plain(facts.organizer).replace('"', "'").replace("\n", " "))
    return made


def _plain(text: str) -> str:
    """Line breaks as \\n and no other control characters, which no calendar may hold.

    `\\N` would be taken for a line break by the writer: its backslash becomes a wide one.
    """
    broken = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\N", "＼N")
    return "".join(c for c in broken if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
