"""From the table of pages to routes: every line says its address and who may."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from deliberation.errors import Refusal
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.pages import refusal_page
from deliberation.web.visit import VISITOR_COOKIE, Desk, Visit

Handler = Callable[[Visit], Awaitable[Response]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A line of the table. `before_setup`: also there on an empty database.

    `is_signed`: the address itself says who may, so that a mail program can act on it: no cookie
    and no form token is asked, and nothing of the form is read.
    """

    method: str
    path: str
    needs: Permission
    handler: Handler
    upload: bool = False
    before_setup: bool = False
    is_signed: bool = False


def get(path: str, needs: Permission, handler: Handler, *, before_setup: bool = False) -> Page:
    return Page(method="GET", path=path, needs=needs, handler=handler, before_setup=before_setup)


def post(
    path: str,
    needs: Permission,
    handler: Handler,
    *,
    upload: bool = False,
    before_setup: bool = False,
    is_signed: bool = False,
) -> Page:
    return Page(
        method="POST",
        path=path,
        needs=needs,
        handler=handler,
        upload=upload,
        before_setup=before_setup,
        is_signed=is_signed,
    )


def routes_of(pages: Sequence[Page]) -> list[BaseRoute]:
    return [Route(page.path, _endpoint(page), methods=[page.method]) for page in pages]


def _endpoint(page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        desk: Desk = request.app.state.desk
        visit = await guarding.visit_of(request, desk)
        try:
            response = await _pass(page, visit)
        except Refusal as refusal:
            _log.info("refused", code=refusal.code.value, route=page.path)
            response = refusal_page(visit, refusal)
        _remember_visitor(visit, response)
        return response

    return answer


async def _pass(page: Page, visit: Visit) -> Response:
    if visit.community is None and not page.before_setup:
        return Response(status_code=303, headers={"Location": "/set-up"})
    guarding.check_address(visit)
    is_form = page.method == "POST" and not page.is_signed
    if is_form:
        guarding.check_same_site(visit.request, visit.desk)
    guarding.check_permission(visit, page.needs)
    if is_form:
        await guarding.read_form(visit, upload=page.upload)
    try:
        return await page.handler(visit)
    finally:
        await visit.form.close()


def _remember_visitor(visit: Visit, response: Response) -> None:
    """Form tokens need a cookie to belong to, also before anybody signs in. Only pages have forms:
    a file or calendar that a cache keeps gives nobody's cookie to others."""
    is_page = response.headers.get("content-type", "").startswith("text/html")
    if not is_page or visit.holder in visit.request.cookies.values():
        return
    response.set_cookie(
        VISITOR_COOKIE,
        visit.holder,
        httponly=True,
        samesite="lax",
        secure=visit.desk.settings.is_secure,
    )
