"""What a points scheme (积分) reads: who took part in what, by opaque ids.

No names, no votes, nobody who hides theirs, no disputes between people. In the order of noting,
page by page: `next` is the `since` of the next request, and what was read before never comes again.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.gatherings import participation
from deliberation.gatherings.participation import Noted
from deliberation.i18n.catalogs import negotiate, translations_for, words_for
from deliberation.people import access
from deliberation.people.models import AccessKey
from deliberation.web.visit import Desk

PAGE = 500
PURPOSE = "points"
LONGEST_SINCE = 100
_DEMAND = "demand:"


async def feed(request: Request) -> Response:
    """GET /api/participation.json?since=…, with `Authorization: Bearer <key>`."""
    try:
        return await _feed(request)
    except Refusal as refusal:
        return _refused(request, refusal)


async def _feed(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    key = await _key(request)
    since = request.query_params.get("since", "")
    if len(since) > LONGEST_SINCE or "\0" in since:
        raise Refusal(Code.FIELD_INVALID, field="since")
    rows = await participation.feed(key.community_id, since, size=PAGE, at=desk.clock.now())
    private = await _private(rows)
    items = [_item(row) for row in rows if row.subject not in private]
    told = {"items": items, "next": rows[-1].position if rows else since}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


async def _key(request: Request) -> AccessKey:
    """Raises KEY_WRONG."""
    scheme, _blank, token = request.headers.get("authorization", "").partition(" ")
    found = await access.key_for(token.strip(), PURPOSE) if scheme.lower() == "bearer" else None
    if found is None:
        raise Refusal(Code.KEY_WRONG)
    return found


async def _private(rows: Sequence[Noted]) -> set[str]:
    """Subjects that turned out to be disputes: only their number is shown anywhere."""
    demands = [UUID(row.subject.removeprefix(_DEMAND)) for row in rows if _is_demand(row)]
    if not demands:
        return set()
    found = await Demand.filter(id__in=demands, is_private=True)
    return {f"{_DEMAND}{demand.id}" for demand in found}


def _is_demand(row: Noted) -> bool:
    return row.subject.startswith(_DEMAND)


def _item(row: Noted) -> dict[str, Any]:
    return {
        "person": str(row.person),
        "household": str(row.household) if row.household is not None else None,
        "kind": row.kind,
        "on": row.happened_on.isoformat(),
        "subject": row.subject,
        "title": row.words,
    }


def _refused(request: Request, refusal: Refusal) -> Response:
    language = negotiate(request.headers.get("accept-language", ""), None)
    words = words_for(refusal.code, refusal.facts, translations_for(language))
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    told = {"code": refusal.code.value, "words": words}
    return JSONResponse(told, status_code=refusal.status, headers=headers)


ROUTES: Sequence[BaseRoute] = (Route("/api/participation.json", feed, methods=["GET"]),)
