"""The three faces of a meeting, and what is done there by plain forms."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse, Response

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.faces.console import next_action, offer_of
from deliberation.faces.context import Scene, context_for, scene_of
from deliberation.faces.mine import mine_of
from deliberation.journal import bell
from deliberation.journal.views import MeetingState
from deliberation.meetings import service as meetings
from deliberation.meetings.viewing import Counted
from deliberation.people.roles import Permission
from deliberation.rendering import rendered
from deliberation.web.pages import context_of, page
from deliberation.web.proxies import to_cast
from deliberation.web.qr import qr_svg
from deliberation.web.routing import Page, get
from deliberation.web.visit import Visit
from deliberation.web.voting import new_receipt
from deliberation.wire import stopping

POLL_SECONDS = 20.0
"""How long a long-poll waits for news."""


async def _scene(visit: Visit, meeting: UUID) -> Scene:
    row = await meetings.require_meeting(meeting)
    state = await journal.state_of(meeting)
    hub = visit.request.app.state.hub
    room = hub.room(meeting)
    connections = room.connections() if room is not None else Counted()
    if row.community_id != visit.here.id:
        raise Refusal(Code.NOT_FOUND)
    return await scene_of(state, visit.here, now=visit.now, connections=connections)


async def _context(visit: Visit, scene: Scene) -> dict[str, Any]:
    meeting = _meeting(scene)
    address = f"{visit.base_url}/meetings/{meeting}"
    return {**context_for(scene, visit.language, address=address), "now": visit.now}


def _meeting(scene: Scene) -> UUID:
    if scene.state.meeting is None:
        raise Refusal(Code.NOT_FOUND)
    return scene.state.meeting


async def resident(visit: Visit) -> Response:
    """What is happening now, and one's own part in it."""
    scene = await _scene(visit, visit.path_id("meeting"))
    context = await _context(visit, scene)
    return page(visit, "live/resident.html", **context | await _own(visit, scene.state))


async def _own(visit: Visit, state: MeetingState) -> dict[str, Any]:
    mine = await mine_of(visit.actor, state)
    return {
        "mine": mine.vote,
        "may_vote": mine.may_vote,
        "votes_as": mine.votes_as,
        "holds_others": mine.holds_others,
        "to_cast": await to_cast(visit, state) if mine.holds_others else None,
        "receipt": new_receipt(),
        "why_not": visit.translations.gettext(mine.why_not) if mine.why_not else "",
        "is_present": mine.is_present,
        "my_speech": mine.speech,
        "errors": {},
    }


async def console(visit: Visit) -> Response:
    """The chair's desk."""
    scene = await _scene(visit, visit.path_id("meeting"))
    return page(
        visit, "live/console.html", **await _context(visit, scene) | await _acts(visit, scene)
    )


async def _acts(visit: Visit, scene: Scene) -> dict[str, Any]:
    action = next_action(scene.state, scene.turnout, scene.quorum)
    translate = visit.translations.gettext
    shown = None
    if action is not None:
        shown = {
            "act": action.act,
            "label": translate(action.label),
            "key": action.key,
            "confirm": translate(action.confirm) if action.confirm else None,
            "consequences": action.consequences.render(translate),
            "fields": action.fields,
            "why_not": action.why_not.render(translate) if action.why_not else None,
        }
    return {"next_action": shown, "offer": await offer_of(scene.state, visit.here.id)}


async def console_acts(visit: Visit) -> Response:
    """The console's forms after something has happened; for its script."""
    scene = await _scene(visit, visit.path_id("meeting"))
    context = context_of(visit) | await _context(visit, scene) | await _acts(visit, scene)
    return JSONResponse(
        {
            "next": rendered("live/console/next.html", context),
            "floor_acts": rendered("live/console/floor_acts.html", context),
        },
        headers={"Cache-Control": "no-store"},
    )


async def screen(visit: Visit) -> Response:
    """What the hall sees."""
    scene = await _scene(visit, visit.path_id("meeting"))
    context = await _context(visit, scene)
    qr = qr_svg(f"{visit.base_url}/meetings/{_meeting(scene)}")
    return page(visit, "live/screen.html", **context, qr=qr)


async def news(visit: Visit) -> Response:
    """Long-poll for browsers whose network blocks sockets: answers when there is news."""
    meeting = visit.path_id("meeting")
    since = visit.query.get("since", "")
    if not (since.isascii() and since.isdecimal()):
        raise Refusal(Code.BAD_REQUEST)
    await meetings.require_meeting(meeting)
    seq = await _wait_for_news(meeting, int(since))
    return JSONResponse({"seq": seq}, headers={"Cache-Control": "no-store"})


async def _wait_for_news(meeting: UUID, since: int) -> int:
    rung = asyncio.Event()
    bell.listen(meeting, rung.set)
    try:
        with stopping(rung.set):
            seq = (await journal.state_of(meeting)).seq
            if seq > since:
                return seq
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await rung.wait()
        return (await journal.state_of(meeting)).seq
    finally:
        bell.stop_listening(meeting, rung.set)


_M = "/meetings/{meeting}"

PAGES: Sequence[Page] = (
    get(_M, Permission.PUBLIC, resident),
    get(f"{_M}/screen", Permission.PUBLIC, screen),
    get(f"{_M}/news", Permission.PUBLIC, news),
    get(f"{_M}/console", Permission.PRESIDE, console),
    get(f"{_M}/console/acts", Permission.PRESIDE, console_acts),
)
