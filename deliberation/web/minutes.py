"""Minutes: the list, one meeting's, its files, and the acts on them."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.meetings.service import require_meeting
from deliberation.minutes import service as minutes
from deliberation.minutes.exporting import MEDIA_TYPES, Exported, told
from deliberation.minutes.models import Minutes
from deliberation.minutes.paper import to_paper
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

SHOWN = 200


async def listing(visit: Visit) -> Response:
    """Published minutes for everybody; drafts too for those who keep the records."""
    kept = Minutes.filter(meeting__community_id=visit.here.id).order_by("-drafted_at")
    rows = await kept.limit(SHOWN).prefetch_related("meeting")
    shown: dict[UUID, Minutes] = {}
    for row in rows:
        if minutes.may_read(visit.actor, row):
            shown.setdefault(row.meeting_id, row)
    return page(visit, "minutes/list.html", section="minutes", rows=list(shown.values()))


async def one(visit: Visit) -> Response:
    """The minutes of a meeting, with what may be done next."""
    meeting = await require_meeting(visit.path_id("meeting"))
    await minutes.draft_if_adjourned(meeting.id, at=visit.now)
    found = await minutes.readable(visit.actor, meeting.id)
    document = await minutes.document_of(found)
    narrative = told(document, visit.language, digest=found.digest)
    return page(
        visit,
        "minutes/one.html",
        section="minutes",
        meeting=meeting,
        record=found,
        minutes=to_paper(narrative),
        items=document.items,
    )


async def file(visit: Visit) -> Response:
    """The minutes as a file."""
    kind = visit.request.path_params["kind"]
    meeting = await require_meeting(visit.path_id("meeting"))
    if kind not in MEDIA_TYPES:
        raise Refusal(Code.NOT_FOUND)
    fonts = visit.desk.settings.fonts
    how = Exported(language=visit.language, fonts=Path(fonts) if fonts else None)
    content = await minutes.export(meeting.id, kind, how, reader=visit.actor)
    name = f"minutes-{meeting.starts_at.astimezone(visit.zone).date().isoformat()}.{kind}"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    if kind == "html":
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)


async def edit(visit: Visit) -> Response:
    meeting = visit.path_id("meeting")
    prose = {
        name.removeprefix("prose-"): visit.text(name)
        for name in visit.form
        if name.startswith("prose-")
    }
    await guarding.done_once(
        visit, lambda: minutes.edit_prose(visit.actor, meeting, prose, at=visit.now)
    )
    return go(f"/meetings/{meeting}/minutes")


async def approve(visit: Visit) -> Response:
    meeting = visit.path_id("meeting")
    await guarding.done_once(visit, lambda: minutes.approve(visit.actor, meeting, at=visit.now))
    return go(f"/meetings/{meeting}/minutes")


async def publish(visit: Visit) -> Response:
    meeting = visit.path_id("meeting")
    await guarding.done_once(visit, lambda: minutes.publish(visit.actor, meeting, at=visit.now))
    return go(f"/meetings/{meeting}/minutes")


_M = "/meetings/{meeting}/minutes"

PAGES: Sequence[Page] = (
    get("/minutes", Permission.PUBLIC, listing),
    get(_M, Permission.PUBLIC, one),
    get(f"{_M}.{{kind}}", Permission.PUBLIC, file),
    post(f"{_M}/prose", Permission.RECORD, edit),
    post(f"{_M}/approval", Permission.APPROVE_MINUTES, approve),
    post(f"{_M}/publication", Permission.APPROVE_MINUTES, publish),
)
