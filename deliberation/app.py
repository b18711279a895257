"""The wiring: settings in, an ASGI application out."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from deliberation import journal, store
from deliberation.api.routes import ROUTES
from deliberation.auth.limiting import Limiter
from deliberation.ballots import secret
from deliberation.ballots.service import close_due
from deliberation.ballots.writer import WRITER
from deliberation.claims import ticking
from deliberation.clock import Clock, SystemClock
from deliberation.config import Settings
from deliberation.demands.service import journal_supports
from deliberation.errors import Code, Refusal
from deliberation.i18n.catalogs import negotiate, translations_for, words_for
from deliberation.journal import bell
from deliberation.journal.states import forget
from deliberation.keys import secret_key
from deliberation.live.endpoint import serve
from deliberation.live.hub import Hub
from deliberation.live.protocol import CLOSE_REFUSED
from deliberation.mail import Post
from deliberation.matters.rating import journal_ratings
from deliberation.meetings import viewing
from deliberation.meetings.service import top_up_days
from deliberation.minutes.knowing import known_of
from deliberation.papers import close_papers
from deliberation.people.service import first_community
from deliberation.photos import close_photos
from deliberation.reminders import scheduler
from deliberation.reminders.mailing import Mailer
from deliberation.reminders.telling import Teller
from deliberation.rendering import ROOT
from deliberation.web import guarding
from deliberation.web.headers import SecurityHeaders
from deliberation.web.metrics import metrics
from deliberation.web.pages import refusal_page
from deliberation.web.routing import routes_of
from deliberation.web.sitemap import PAGES
from deliberation.web.visit import DEVICE_COOKIE, Desk

TIDY_SECONDS = 2.0
"""How often supports and ratings are journalled in groups."""
HOURLY = 1800
"""Tidy rounds between two looks at the calendar and at old answers: an hour."""

ANSWERS_KEPT = timedelta(days=2)

_log = structlog.get_logger(__name__)


def create_app(settings: Settings, clock: Clock | None = None) -> Starlette:
    """The service; its database is migrated and opened when it starts."""
    shown = clock or SystemClock()
    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/metrics", metrics),
            Route("/robots.txt", robots),
            WebSocketRoute("/live", live),
            Mount("/static", StaticFiles(directory=ROOT / "static"), name="static"),
            *ROUTES,
            *routes_of(PAGES),
        ],
        middleware=[Middleware(SecurityHeaders, is_secure=settings.is_secure)],
        exception_handlers={HTTPException: _http_error, Exception: _failure},
        lifespan=_lifespan,
    )
    app.state.desk = Desk(
        settings=settings, clock=shown, key=secret_key(settings), limiter=Limiter()
    )
    app.state.hub = Hub(shown)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    desk: Desk = app.state.desk
    for name in await store.migrate(desk.settings.store_url):
        _log.info("migrated", migration=name)
    await store.open_store(desk.settings.store_url)
    forget()
    await secret.scrub_if_needed()
    tasks = [asyncio.create_task(_tidy(desk.clock)), asyncio.create_task(bell.hear_others())]
    tasks += [asyncio.create_task(scheduler.run(made)) for made in rounds_of(desk)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await app.state.hub.close()
        await WRITER.drain()
        await journal.drain()
        close_papers()
        close_photos()
        await store.close_store()


def rounds_of(desk: Desk) -> list[scheduler.Round]:
    """What one process at a time does every few seconds. Letters go by themselves: a mail server
    may let others wait. Raises SettingError."""
    by_itself = scheduler.Round(
        name="chores",
        clock=desk.clock,
        chores=(
            scheduler.Chore(name="claims", act=lambda at, _since: ticking.tick(at, knows=known_of)),
            scheduler.Chore(name="reminders", act=Teller().remind),
        ),
    )
    post = Post.of(desk.settings)
    if post is None:
        return [by_itself]
    if not desk.settings.public_url:
        _log.warning("letters_have_local_links", setting="DELIBERATION_PUBLIC_URL")
    mailer = Mailer(post, base_url=desk.settings.base_url, key=desk.key)
    chore = scheduler.Chore(name="letters", act=mailer.mail)
    return [by_itself, scheduler.Round(name="letters", clock=desk.clock, chores=(chore,))]


async def _tidy(clock: Clock) -> None:
    """What nobody waits for: grouped entries, windows that end, days ahead, old answers."""
    for rounds in itertools.count():
        await _quietly(partial(_tidy_up, clock, is_hourly=rounds % HOURLY == 0))
        await asyncio.sleep(TIDY_SECONDS)


async def _tidy_up(clock: Clock, *, is_hourly: bool) -> None:
    if await first_community() is None:
        return
    await _quietly(lambda: journal_supports(at=clock.now()))
    await _quietly(lambda: journal_ratings(at=clock.now()))
    await _quietly(lambda: _close_due(clock))
    await _quietly(secret.scrub_if_due)
    if is_hourly:
        await _quietly(lambda: top_up_days(at=clock.now()))
        await _quietly(lambda: _forget_answers(clock))
        await _quietly(viewing.forget_old)


async def _close_due(clock: Clock) -> None:
    await close_due(at=clock.now())


async def _forget_answers(clock: Clock) -> None:
    await journal.forget_answers(before=clock.now() - ANSWERS_KEPT)


async def _quietly(act: Callable[[], Awaitable[None]]) -> None:
    try:
        await act()
    except Exception:
        _log.exception("tidying_failed")


async def healthz(request: Request) -> Response:
    """Whether the service and its database answer."""
    await store.read("SELECT 1 AS one")
    return JSONResponse({"status": "ok", "engine": store.engine()})


async def robots(request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /c/\nDisallow: /meetings/\n")


async def live(socket: WebSocket) -> None:
    """The socket; a browser must come from our own pages."""
    desk: Desk = socket.app.state.desk
    origin = socket.headers.get("origin")
    host = socket.headers.get("host", "")
    if origin is not None and not guarding.is_own_origin(origin, host, desk.settings.public_url):
        await socket.close(CLOSE_REFUSED)
        return
    token = socket.cookies.get(DEVICE_COOKIE)
    await serve(socket, socket.app.state.hub, token)


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    codes = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED, 413: Code.BODY_TOO_LARGE}
    visit = await guarding.visit_of(request, request.app.state.desk)
    return refusal_page(visit, Refusal(codes.get(status, Code.BAD_REQUEST), limit=1))


async def _failure(request: Request, error: Exception) -> Response:
    """Something is wrong with us: said in words; the log has the rest, without private data."""
    if store.is_failure(error):
        return _unreachable(request)
    try:
        visit = await guarding.visit_of(request, request.app.state.desk)
        return refusal_page(visit, Refusal(Code.INTERNAL))
    except Exception:
        return PlainTextResponse("系统出了问题，请稍后再试。", status_code=503)


def _unreachable(request: Request) -> Response:
    """The database does not answer: whoever waits for an answer may ask again."""
    language = negotiate(request.headers.get("accept-language", ""), None)
    words = words_for(Code.DATABASE_BUSY, {}, translations_for(language))
    headers = {"Retry-After": "5"}
    if "application/json" in request.headers.get("accept", ""):
        told = {"code": Code.DATABASE_BUSY.value, "words": words, "again": True}
        return JSONResponse(told, status_code=503, headers=headers)
    return PlainTextResponse(words, status_code=503, headers=headers)
