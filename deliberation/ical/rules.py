"""What goes into a calendar feed: the facts, and the months it covers. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime

MONTHS_BACK, MONTHS_AHEAD = 12, 14

_OPAQUE = re.compile(r"[A-Za-z0-9-]{8,60}")
_URI = re.compile(r"(https?://|mailto:)[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFacts:
    """The calendar as a whole. `uid` is stored for life, like that of every event."""

    uid: str
    name: str
    organizer: str
    """Who convenes, in clear: an organisation and never a resident."""
    organizer_uri: str
    """`mailto:` or the community's own address."""
    zone: str = "Asia/Shanghai"
    refresh_hours: int = 6
    color: str = ""
    """A CSS3 colour name (RFC 7986 §5.9), or none."""

    def __post_init__(self) -> None:
        check_uid(self.uid)
        check_uri(self.organizer_uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """A deliberation day or a meeting: one event with its own identity, never a recurrence.

    `sequence` grows with every change of time or place and with a cancellation; the event stays in
    the feed as cancelled. Nothing here names a resident.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    title: str
    venue: str
    description: str
    url: str
    is_cancelled: bool
    modified_at: datetime
    """When its data last changed: DTSTAMP, so that unchanged data give unchanged bytes."""

    def __post_init__(self) -> None:
        check_uid(self.uid)
        check_uri(self.url)
        instants = (self.starts_at, self.ends_at, self.modified_at)
        if any(instant.tzinfo is None for instant in instants):
            raise ValueError("an event needs aware instants")
        if self.ends_at <= self.starts_at:
            raise ValueError("an event ends after it starts")


def check_uid(uid: str) -> None:
    """Opaque, and without the @ by which calendar programs take a UID for an address."""
    if _OPAQUE.fullmatch(uid) is None:
        raise ValueError(f"not an opaque calendar identity: {uid!r}")


def check_uri(uri: str) -> None:
    """In ASCII without spaces or line breaks, so that it cannot end its line in a feed."""
    if _URI.fullmatch(uri) is None:
        raise ValueError(f"not an address for a calendar: {uri!r}")


def window(today: date) -> tuple[date, date]:
    """The days a feed covers: from the first, up to but without the second.

    Whole months, 12 before this one and 14 after it, so that the bytes of a feed change with its
    data and at the turn of a month, not with every day.
    """
    return _month(today, -MONTHS_BACK), _month(today, MONTHS_AHEAD + 1)


def _month(today: date, offset: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + offset, 12)
    return date(year, month + 1, 1)
