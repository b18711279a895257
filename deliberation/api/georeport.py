"""Open311 GeoReport v2 in our words: what is asked, what is sent, what is answered. No database.

Source: the specification "GeoReport v2" of Open311, frozen; section names as there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation.api.xml import Plain
from deliberation.demands.domains import OTHER, Domain
from deliberation.demands.models import Demand
from deliberation.demands.rules import LONGEST_PLACE, LONGEST_TITLE, MICRO, OTHER_DOMAIN, Raising
from deliberation.demands.service import LONGEST_OUTSIDE
from deliberation.i18n import N_
from deliberation.matters.following import Followed
from deliberation.sheets.columns import clean_line, clean_text

SPAN = timedelta(days=90)
MOST = 1_000
"""Requests in an answer ("Response Volume")."""
MOST_IDS = 100
STATES: Mapping[str, Sequence[str]] = {
    "open": ("listed", "taken_up", "referred"),
    "closed": ("resolved", "merged", "declined"),
}
QUIET = ("mediation", "petition")
"""Routes whose words are not public."""
_NOTES = {
    "listed": N_("已登记，等待处理"),
    "taken_up": N_("已列入议题"),
    "referred": N_("已转办"),
    "resolved": N_("已办结"),
    "merged": N_("已并入另一件"),
    "declined": N_("不列入"),
}


class Wrong(Exception):  # noqa: N818  an answer in the specification's own form
    """An error with its HTTP status: 404, 403, else 400."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.description = description


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """GET Service Requests. `ids` override all else; the instants are UTC."""

    ids: Sequence[UUID] | None
    codes: Sequence[str]
    states: Sequence[str]
    start: datetime
    end: datetime
    page: int
    size: int


def wanted_from(query: Mapping[str, str], now: datetime) -> Wanted:
    """Raises Wrong (400) for what cannot be understood or spans more than 90 days."""
    start, end = _range(query, now)
    given = _listed(query.get("service_request_id", ""))
    return Wanted(
        ids=_ids(given) if given else None,
        codes=_listed(query.get("service_code", "")),
        states=_states(_listed(query.get("status", ""))),
        start=start,
        end=end,
        page=_number(query, "page", 1, 10_000),
        size=_number(query, "page_size", MOST, MOST),
    )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()][:MOST_IDS]


def _ids(given: Sequence[str]) -> list[UUID]:
    """What is no id of ours is the id of nothing."""
    found: list[UUID] = []
    for text in given:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _states(given: Sequence[str]) -> list[str]:
    if any(one not in STATES for one in given):
        raise Wrong(400, "status: open, closed")
    return [state for one in given or STATES for state in STATES[one]]


def _number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= most):
        raise Wrong(400, f"{name}: 1–{most}")
    return int(text)


def _range(query: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    start, end = _moment(query, "start_date"), _moment(query, "end_date")
    if start is None and end is None:
        return now - SPAN, now
    if start is None:
        assert end is not None  # noqa: S101  one of them is given
        return end - SPAN, end
    end = end if end is not None else min(start + SPAN, max(start, now))
    if end < start or end - start > SPAN:
        raise Wrong(400, "start_date, end_date: at most 90 days")
    return start, end


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
        moment = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(400, f"{name}: 2010-01-01T00:00:00Z") from None
    if not 1970 <= moment.year <= 9_000:
        raise Wrong(400, f"{name}: 2010-01-01T00:00:00Z")
    return moment


def raising_from(form: Mapping[str, str], domain: Domain) -> Raising:
    """POST Service Request. Raises Wrong (400) without a location or with too long a text.

    media_url is not fetched and not kept; who sent it goes into the contact alone.
    """
    description = clean_text(form.get("description", ""))
    if len(description) > LONGEST_OUTSIDE:
        raise Wrong(400, f"description: at most {LONGEST_OUTSIDE} characters")
    place = clean_line(form.get("address_string", "") or form.get("address_id", ""))
    latitude, longitude = _degrees(form, "lat", 90), _degrees(form, "long", 180)
    if (latitude is None) != (longitude is None):
        raise Wrong(400, "lat, long: both or none")
    if latitude is None and not place:
        raise Wrong(400, "lat & long, address_string or address_id is required")
    if len(place) > LONGEST_PLACE:
        raise Wrong(400, f"address_string: at most {LONGEST_PLACE} characters")
    return Raising(
        title=_title(description, domain.name),
        description=description,
        domain=domain.name,
        place=place,
        contact=_contact(form),
        phone=clean_line(form.get("phone", ""))[:30],
        latitude_micro=latitude,
        longitude_micro=longitude,
    )


def _degrees(form: Mapping[str, str], name: str, most: int) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        degrees = Decimal(text)
        if not degrees.is_finite() or abs(degrees) > most:
            raise Wrong(400, f"{name}: WGS84")
        return int((degrees * MICRO).to_integral_value())
    except InvalidOperation:
        raise Wrong(400, f"{name}: WGS84") from None


def _title(description: str, fallback: str) -> str:
    """The first sentence, as far as a title is long."""
    first = description.split("\n", 1)[0].split("。", 1)[0]
    return clean_line(first)[:LONGEST_TITLE].strip() or fallback


def _contact(form: Mapping[str, str]) -> str:
    first, last = (clean_line(form.get(name, "")) for name in ("first_name", "last_name"))
    name = f"{first} {last}" if (first + last).isascii() else f"{last}{first}"
    return f"{name.strip()} {clean_line(form.get('email', ''))}".strip()[:60]


def service(domain: Domain, group: str) -> dict[str, Plain]:
    """GET Service List: no service asks for more than the standard fields."""
    return {
        "service_code": domain.code,
        "service_name": domain.name,
        "description": domain.name,
        "metadata": False,
        "type": "realtime",
        "keywords": domain.name,
        "group": group,
    }


def everything(domains: Sequence[Domain]) -> list[Domain]:
    """The domains in force, and 其他 for what fits none."""
    return [*domains, Domain(code=OTHER, name=OTHER_DOMAIN)]


def request(
    demand: Demand,
    followed: Followed,
    codes: Mapping[str, str],
    zone: ZoneInfo,
    media_url: str | None,
) -> dict[str, Plain]:
    """A demand as GET Service Request answers. Nobody's name, telephone or door is in it."""
    due = followed.due_on or demand.due_on
    changed = demand.settled_at or demand.changed_at or requested_at(demand, zone)
    return {
        "service_request_id": str(demand.id),
        "status": "closed" if demand.state in STATES["closed"] else "open",
        "status_notes": _notes(demand),
        "service_name": demand.domain,
        "service_code": codes.get(demand.domain, OTHER),
        "description": _description(demand),
        "agency_responsible": followed.organisation or None,
        "service_notice": None,
        "requested_datetime": _w3(requested_at(demand, zone)),
        "updated_datetime": _w3(changed),
        "expected_datetime": _w3(_end_of(due, zone)) if due else None,
        "address": demand.place or None,
        "address_id": None,
        "zipcode": None,
        "lat": _micro(demand.latitude_micro),
        "long": _micro(demand.longitude_micro),
        "media_url": media_url,
    }


def requested_at(demand: Demand, zone: ZoneInfo) -> datetime:
    """When it was brought; of what was imported later, the beginning of its day."""
    made = demand.created_at.astimezone(zone)
    if made.date() == demand.raised_on:
        return demand.created_at
    return datetime.combine(demand.raised_on, time(), tzinfo=zone)


def _notes(demand: Demand) -> str:
    words = _NOTES[demand.state]
    return f"{words}。{demand.answer}" if demand.answer and demand.route not in QUIET else words


def _description(demand: Demand) -> str:
    if demand.description.startswith(demand.title):
        return str(demand.description)
    return f"{demand.title}\n{demand.description}".strip()


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)


def _w3(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _micro(value: int | None) -> float | None:
    return None if value is None else value / MICRO
