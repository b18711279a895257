"""Rendering: templates with their filters, and answers with their headers."""

from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from deliberation.errors import PASSING, Code, Refusal
from deliberation.i18n.catalogs import (
    words_for,
)
from deliberation.people.roles import Permission
from deliberation.rendering import rendered
from deliberation.web.visit import Visit


def context_of(visit: Visit) -> dict[str, Any]:
    """What every page may use."""
    return {
        "lang": visit.language,
        "translate": visit.translations.gettext,
        "zone": visit.zone,
        "now": visit.now,
        "today": visit.today,
        "community": visit.community,
        "has_other_communities": visit.has_others,
        "is_away": visit.is_away,
        "unread": visit.unread,
        "viewer": visit.actor if visit.actor.person else None,
        "may": {permission.value: visit.actor.may(permission) for permission in Permission},
        "csrf_token": visit.csrf_token,
        "elder": visit.request.cookies.get("elder") == "1",
        "path": visit.request.url.path,
        "step_names": visit.step_names,
    }


def page(visit: Visit, template: str, /, *, status: int = 200, **context: object) -> HTMLResponse:
    """A page of the service."""
    body = rendered(template, context_of(visit) | context)
    return HTMLResponse(body, status_code=status, headers={"Cache-Control": "no-store"})


def go(path: str) -> Response:
    """After a form: see the page it led to (RFC 9110 §15.4.4)."""
    return RedirectResponse(path, status_code=303)


def wants_json(visit: Visit) -> bool:
    return "application/json" in visit.request.headers.get("accept", "")


def refusal_page(visit: Visit, refusal: Refusal) -> Response:
    """A refusal in words, with its code and a way on; as JSON for a script that asks for it."""
    refusal = at_home(visit, refusal)
    words = words_for(refusal.code, refusal.facts, visit.translations)
    if wants_json(visit):
        told = {"code": refusal.code.value, "words": words, "again": refusal.code in PASSING}
        return JSONResponse(told, status_code=refusal.status)
    back = visit.request.headers.get("referer", "")
    same = back.startswith(str(visit.request.base_url))
    if refusal.code is Code.SIGN_IN_REQUIRED:
        back, same = f"/sign-in?next={visit.request.url.path}", True
    answer = page(
        visit,
        "error.html",
        status=refusal.status,
        words=words,
        code=refusal.code.value,
        next_words="",
        back_href=back if same else "",
        back_label=visit.translations.gettext("去登录")
        if refusal.code is Code.SIGN_IN_REQUIRED
        else "",
    )
    if refusal.code is Code.TOO_MANY_TRIES:
        answer.headers["Retry-After"] = str(refusal.facts.get("seconds", 60))
    return answer


def at_home(visit: Visit, refusal: Refusal) -> Refusal:
    """Signing in once more helps nobody who is signed in, and in another community."""
    if visit.is_away and refusal.code is Code.SIGN_IN_REQUIRED:
        return Refusal(Code.OTHER_COMMUNITY)
    return refusal


def words_of(visit: Visit, refusal: Refusal) -> str:
    refusal = at_home(visit, refusal)
    return words_for(refusal.code, refusal.facts, visit.translations)
