"""Calendar addresses: the feed, and one file a day or meeting."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response

from deliberation.ical import service as ical
from deliberation.ical.feed import MEDIA_TYPE
from deliberation.people.roles import Permission
from deliberation.web.pages import page
from deliberation.web.qr import qr_svg
from deliberation.web.routing import Page, get
from deliberation.web.visit import Visit


async def feed(visit: Visit) -> Response:
    """The subscription; unchanged data are answered with 304 (RFC 9110 §13.1.2, §13.1.3)."""
    found = await ical.subscription(visit.here, visit.base_url, now=visit.now)
    tag = f'"{hashlib.sha256(found.content).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(found.changed_at.astimezone(UTC), usegmt=True),
        "Cache-Control": "public, max-age=900",
        "Vary": "Cookie",
    }
    if _is_known(visit, tag, found.changed_at):
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=MEDIA_TYPE, headers=headers)


def _is_known(visit: Visit, tag: str, changed_at: datetime) -> bool:
    """Whether the program has these bytes already; tags go before dates (RFC 9110 §13.2.2)."""
    tags = visit.request.headers.get("if-none-match")
    if tags is not None:
        known = {one.strip().removeprefix("W/") for one in tags.split(",")}
        return bool(known & {tag, "*"})
    try:
        since = parsedate_to_datetime(visit.request.headers.get("if-modified-since", ""))
        return changed_at.replace(microsecond=0) <= since
    except (TypeError, ValueError):
        return False  # not a date, or one without a zone: no condition at all


async def day(visit: Visit) -> Response:
    content = await ical.day_file(visit.path_id("day"), visit.here, visit.base_url)
    return _file(content, "day.ics")


async def meeting(visit: Visit) -> Response:
    content = await ical.meeting_file(visit.path_id("meeting"), visit.here, visit.base_url)
    return _file(content, "meeting.ics")


def _file(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


async def subscribe(visit: Visit) -> Response:
    """How to subscribe, program by program."""
    path = f"/communities/{visit.here.id}/calendar.ics" if visit.has_others else "/calendar.ics"
    address = visit.base_url + path
    webcal = "webcal://" + address.split("://", 1)[1]
    return page(
        visit,
        "calendar/subscribe.html",
        address=address,
        path=path,
        webcal=webcal,
        qr=qr_svg(webcal),
        is_local=not visit.desk.settings.public_url,
    )


PAGES: Sequence[Page] = (
    get("/calendar", Permission.PUBLIC, subscribe),
    get("/calendar.ics", Permission.PUBLIC, feed),
    get("/communities/{community}/calendar.ics", Permission.PUBLIC, feed),
    get("/days/{day}.ics", Permission.PUBLIC, day),
    get("/meetings/{meeting}.ics", Permission.PUBLIC, meeting),
)
