"""What every request passes: who asks, may they, did the form come from us, is it too large."""

import contextlib
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request

from deliberation import journal
from deliberation.auth.service import actor_of
from deliberation.auth.tokens import is_form_token, new_token
from deliberation.errors import Code, Refusal
from deliberation.i18n.catalogs import negotiate, translations_for
from deliberation.people.roles import Permission
from deliberation.people.service import only_community
from deliberation.web.visit import DEVICE_COOKIE, VISITOR_COOKIE, Desk, Visit

LANGUAGE_COOKIE = "dd_language"
SMALL_FORM_BYTES = 256 * 1024


async def visit_of(request: Request, desk: Desk) -> Visit:
    """The request with the facts every handler needs."""
    device = request.cookies.get(DEVICE_COOKIE)
    language = negotiate(
        request.headers.get("accept-language", ""), request.cookies.get(LANGUAGE_COOKIE)
    )
    return Visit(
        request=request,
        desk=desk,
        actor=await actor_of(device, at=desk.clock.now()),
        community=await only_community(),
        translations=translations_for(language),
        language=language,
        holder=device or request.cookies.get(VISITOR_COOKIE) or new_token(),
    )


def check_same_site(request: Request, desk: Desk) -> None:
    """A form that changes something comes from our own pages (Origin, else Sec-Fetch-Site).

    Raises CROSS_ORIGIN. A browser that sends neither is checked by the form's token alone.
    """
    origin = request.headers.get("origin")
    if origin is not None:
        if not is_own_origin(origin, request.headers.get("host", ""), desk.settings.public_url):
            raise Refusal(Code.CROSS_ORIGIN)
    elif request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refusal(Code.CROSS_ORIGIN)


def is_own_origin(origin: str, host: str, public_url: str) -> bool:
    """Whether an Origin header names this service, by its public address or the one asked for."""
    if public_url and origin.rstrip("/") == public_url.rstrip("/"):
        return True
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and parts.netloc == host


async def read_form(visit: Visit, *, upload: bool) -> None:
    """The form's fields, within limits and with its token. Raises BODY_TOO_LARGE, FORM_EXPIRED.

    A body that does not say its length is refused: it could have no end. Browsers say it.
    """
    limit = visit.desk.settings.upload_bytes if upload else SMALL_FORM_BYTES
    length = visit.request.headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal()):
        raise Refusal(Code.BAD_REQUEST)
    if int(length) > limit + SMALL_FORM_BYTES:
        raise Refusal(Code.BODY_TOO_LARGE, limit=max(1, limit // (1024 * 1024)))
    try:
        visit.form = await visit.request.form(max_files=1, max_fields=3_000)
    except (MultiPartException, ClientDisconnect, ValueError) as error:
        raise Refusal(Code.BAD_REQUEST) from error
    if not is_form_token(visit.desk.key, visit.holder, visit.text("csrf", limit=200)):
        raise Refusal(Code.FORM_EXPIRED)


def check_address(visit: Visit) -> None:
    """No NUL in it: PostgreSQL's text has none. Raises BAD_REQUEST."""
    asked = (visit.request.url.path, *visit.query.values())
    if any("\0" in text for text in asked):
        raise Refusal(Code.BAD_REQUEST)


def check_permission(visit: Visit, needs: Permission) -> None:
    visit.actor.require(needs)


Answering = Callable[[], Awaitable[None]]


async def done_once(visit: Visit, act: Answering) -> None:
    """Do the act of a form that carries a command id: pressed twice, it is done once."""
    command = visit.text("command", limit=40) or None
    with journal.commanded(command), contextlib.suppress(journal.AlreadyAnswered):
        await act()
