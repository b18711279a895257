"""Signing in and out; how large the type is and which language is spoken."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import Response

from deliberation.auth import service as auth
from deliberation.auth.service import RESIDENT_DAYS, STAFF_DAYS
from deliberation.errors import Code, Refusal
from deliberation.i18n.catalogs import languages
from deliberation.meetings.models import Meeting
from deliberation.people.codes import is_well_formed, normalise
from deliberation.people.roles import Permission
from deliberation.web.guarding import LANGUAGE_COOKIE
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import DEVICE_COOKIE, Visit

YEAR_SECONDS = 365 * 86_400


def local_path(text: str) -> str:
    """Where to go on: only paths of our own, so that no link leads elsewhere after signing in."""
    is_local = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if is_local and text.isprintable() else "/"  # browsers drop tabs and line breaks


def remember(visit: Visit, response: Response, token: str, days: int) -> Response:
    """The device stays signed in for so many days."""
    response.set_cookie(
        DEVICE_COOKIE,
        token,
        max_age=int(timedelta(days=days).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=visit.desk.settings.is_secure,
    )
    return response


async def form(visit: Visit) -> Response:
    return _form(visit, local_path(visit.query.get("next", "/")), {})


def _form(visit: Visit, path: str, errors: dict[str, str], status: int = 200) -> Response:
    return page(visit, "signing/form.html", next=path, errors=errors, status=status)


async def by_card(visit: Visit) -> Response:
    """A resident, by the code on the card."""
    path = local_path(visit.text("next", limit=500))
    try:
        token = await _card_token(visit, visit.text("code", limit=40))
    except Refusal as refusal:
        return _form(visit, path, {"code": words_of(visit, refusal)}, refusal.status)
    return remember(visit, go(path), token, RESIDENT_DAYS)


async def _card_token(visit: Visit, code: str) -> str:
    desk = visit.desk
    return await auth.sign_in_by_card(
        code, key=desk.key, address=visit.address, limiter=desk.limiter, at=visit.now
    )


async def by_password(visit: Visit) -> Response:
    """Staff, by name and password."""
    path = local_path(visit.text("next", limit=500))
    try:
        token = await auth.sign_in_by_password(
            visit.text("login", limit=40),
            visit.form_password(),
            address=visit.address,
            limiter=visit.desk.limiter,
            at=visit.now,
        )
    except Refusal as refusal:
        return _form(visit, path, {"login": words_of(visit, refusal)}, refusal.status)
    return remember(
        visit, go(await _landing(visit, token) if path == "/" else path), token, STAFF_DAYS
    )


async def _landing(visit: Visit, token: str) -> str:
    """Where somebody who signs in by name finds their work: a liaison at the claim desk."""
    actor = await auth.actor_of(token, at=visit.now)
    return "/claims" if actor.organisation is not None else "/desk"


async def card(visit: Visit) -> Response:
    """The address in a card's QR: asks first, because previews of links open addresses too."""
    code = normalise(visit.request.path_params["code"])
    if not is_well_formed(code):
        raise Refusal(Code.CARD_MISTYPED)
    return page(visit, "signing/card.html", code=code)


async def use_card(visit: Visit) -> Response:
    """Sign in by the card's QR and go to the meeting, if one is on."""
    token = await _card_token(visit, visit.request.path_params["code"])
    holder = await auth.actor_of(token, at=visit.now)
    meeting = await Meeting.filter(
        community_id=holder.community, state__in=["convened", "noticed"]
    ).order_by("starts_at")
    today = [m for m in meeting if m.starts_at.astimezone(visit.zone).date() == visit.today]
    path = f"/meetings/{today[0].id}" if today else "/"
    return remember(visit, go(path), token, RESIDENT_DAYS)


async def sign_out(visit: Visit) -> Response:
    token = visit.request.cookies.get(DEVICE_COOKIE)
    if token:
        await auth.sign_out(token)
    response = go("/")
    response.delete_cookie(DEVICE_COOKIE)
    return response


def _back(visit: Visit) -> Response:
    referer = visit.request.headers.get("referer", "")
    base = str(visit.request.base_url)
    return go(local_path("/" + referer.removeprefix(base)) if referer.startswith(base) else "/")


async def elder(visit: Visit) -> Response:
    """Large type, or the standard one."""
    response = _back(visit)
    value = "1" if visit.text("elder", limit=1) == "1" else "0"
    response.set_cookie("elder", value, max_age=YEAR_SECONDS, samesite="lax")
    return response


async def language(visit: Visit) -> Response:
    response = _back(visit)
    chosen = visit.text("language", limit=10)
    if chosen not in languages():
        raise Refusal(Code.FIELD_INVALID, field="language")
    response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR_SECONDS, samesite="lax")
    return response


PAGES: Sequence[Page] = (
    get("/sign-in", Permission.PUBLIC, form),
    post("/sign-in/card", Permission.PUBLIC, by_card),
    post("/sign-in/password", Permission.PUBLIC, by_password),
    get("/c/{code}", Permission.PUBLIC, card),
    post("/c/{code}", Permission.PUBLIC, use_card),
    post("/sign-out", Permission.PUBLIC, sign_out),
    post("/settings/elder", Permission.PUBLIC, elder, before_setup=True),
    post("/settings/language", Permission.PUBLIC, language, before_setup=True),
)
