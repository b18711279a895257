"""What every request passes: who asks, may they, did the form come from us, is it too large."""

import contextlib
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit
from uuid import UUID

from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request

from deliberation import journal
from deliberation.auth.service import actor_of
from deliberation.auth.tokens import is_form_token, new_token
from deliberation.errors import Code, Refusal
from deliberation.i18n.catalogs import negotiate, translations_for
from deliberation.people.roles import Actor, Permission
from deliberation.reminders.service import unread
from deliberation.web.belonging import belonging_of
from deliberation.web.visit import DEVICE_COOKIE, VISITOR_COOKIE, Desk, Visit

LANGUAGE_COOKIE = "dd_language"
SMALL_FORM_BYTES = 256 * 1024
MOST_FILES = 6
"""In one form, empty fields counted; their size together is limited like that of one."""


async def visit_of(request: Request, desk: Desk) -> Visit:
    """The request with the facts every handler needs."""
    device = request.cookies.get(DEVICE_COOKIE)
    language = negotiate(
        request.headers.get("accept-language", ""), request.cookies.get(LANGUAGE_COOKIE)
    )
    identity = await actor_of(device, at=desk.clock.now())
    belonging = await belonging_of(request, identity)
    return Visit(
        request=request,
        desk=desk,
        actor=belonging.actor,
        identity=identity,
        community=belonging.community,
        has_others=belonging.has_others,
        is_torn=belonging.is_torn,
        step_names=belonging.step_names,
        translations=translations_for(language),
        language=language,
        holder=device or request.cookies.get(VISITOR_COOKIE) or new_token(),
        unread=await _unread(request, identity, desk),
    )


async def _unread(request: Request, identity: Actor, desk: Desk) -> int:
    """Shown on pages; a vote or a script's question does not pay for it."""
    if identity.person is None or request.method != "GET":
        return 0
    return await unread(identity.person, at=desk.clock.now())


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
        visit.form = await visit.request.form(
            max_files=MOST_FILES if upload else 1, max_fields=3_000
        )
    except (MultiPartException, ClientDisconnect, ValueError) as error:
        raise Refusal(Code.BAD_REQUEST) from error
    if not is_form_token(visit.desk.key, visit.holder, visit.text("csrf", limit=200)):
        raise Refusal(Code.FORM_EXPIRED)


def check_address(visit: Visit) -> None:
    """No NUL in it: PostgreSQL's text has none (BAD_REQUEST). All that it names is of one
    community (NOT_FOUND)."""
    if visit.is_torn:
        raise Refusal(Code.NOT_FOUND)
    asked = (visit.request.url.path, *visit.query.values())
    if any("\0" in text for text in asked):
        raise Refusal(Code.BAD_REQUEST)


def check_permission(visit: Visit, needs: Permission) -> None:
    visit.actor.require(needs)


Answering = Callable[[], Awaitable[None]]
Making = Callable[[], Awaitable[UUID]]


async def done_once(visit: Visit, act: Answering) -> None:
    """Do the act of a form that carries a command id: pressed twice, it is done once."""
    command = visit.text("command", limit=40) or None
    with journal.commanded(command), contextlib.suppress(journal.AlreadyAnswered):
        await act()


async def made_once(visit: Visit, name: str, make: Making) -> UUID:
    """As `done_once`, for an act that makes something: pressed twice, the same id again. `name` is
    its key in the answer of the unit of work."""
    command = visit.text("command", limit=40) or None
    with journal.commanded(command):
        try:
            return await make()
        except journal.AlreadyAnswered as before:
            return UUID(before.answer[name])
