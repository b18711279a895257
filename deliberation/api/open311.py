"""Open311 GeoReport v2: other programs of the city read the list and put demands on it.

A jurisdiction is a community, by its id; without one it is the key's, or the first there is.
Reading needs no key; creating needs one that was issued for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from tortoise.expressions import Q

from deliberation.api import georeport
from deliberation.api.georeport import Wanted, Wrong
from deliberation.api.xml import Plain, document
from deliberation.attachments import service as attachments
from deliberation.demands import domains, listing
from deliberation.demands.domains import Domain
from deliberation.demands.models import Demand
from deliberation.demands.service import ON_THE_WAY, raise_from_outside
from deliberation.errors import Code, Refusal
from deliberation.i18n.catalogs import negotiate, translations_for, words_for
from deliberation.matters import following
from deliberation.people import access
from deliberation.people import service as people
from deliberation.people.models import AccessKey, Community
from deliberation.web.visit import Desk, peer_of

PURPOSE = "open311"
BODY_BYTES = 64 * 1024
"""A description of 4,000 characters in UTF-8, percent-encoded, is less."""
FORMATS = ("json", "xml")
FORM = "application/x-www-form-urlencoded"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
_STATUS = {Code.NOT_FOUND: 404, Code.KEY_WRONG: 403, Code.TOO_MANY_TRIES: 429}
"""The specification knows 404, 403, and 400 for all else; 429 says when to come again."""

Answer = tuple[str, Plain]
"""The name of the root element, and what is in it."""
Endpoint = Callable[[Request], Awaitable[Answer]]


def _answering(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            _format(request)
            _check_rate(request)
            if any("\0" in text for text in (request.url.path, *request.query_params.values())):
                raise Wrong(400, "NUL")
            root, value = await endpoint(request)
        except Wrong as wrong:
            return _failed(request, wrong.status, wrong.description)
        except Refusal as refusal:
            return _refused(request, refusal)
        return await asyncio.to_thread(_written, request, root, value)

    return answer


def _format(request: Request) -> str:
    given = str(request.path_params["format"])
    if given not in FORMATS:
        raise HTTPException(404)
    return given


def _check_rate(request: Request) -> None:
    desk: Desk = request.app.state.desk
    whose = peer_of(request, desk.settings)
    desk.limiter.check("open311-read", whose)
    desk.limiter.count("open311-read", whose)


def _written(request: Request, root: str, value: Plain, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    if _format(request) == "json":
        return JSONResponse(value, status_code=status, headers=headers)
    media_type = "text/xml; charset=utf-8"
    return Response(document(root, value), status, headers=headers, media_type=media_type)


def _failed(request: Request, status: int, description: str) -> Response:
    errors: list[Plain] = [{"code": status, "description": description}]
    return _written(request, "errors", errors, status)


def _refused(request: Request, refusal: Refusal) -> Response:
    language = negotiate(request.headers.get("accept-language", ""), None)
    words = words_for(refusal.code, refusal.facts, translations_for(language))
    answer = _failed(request, _STATUS.get(refusal.code, 400), words)
    if refusal.code is Code.TOO_MANY_TRIES:
        answer.headers["Retry-After"] = str(refusal.facts.get("seconds", 60))
    return answer


async def _community(given: str, default: UUID | None = None) -> Community:
    """Raises Wrong (404) for a jurisdiction there is not."""
    found: Community | None
    if given:
        try:
            found = await Community.get_or_none(id=UUID(given))
        except ValueError:
            found = None
    else:
        found = await (people.require_row(default) if default else people.first_community())
    if found is None:
        raise Wrong(404, "jurisdiction_id was not found")
    return found


async def services(request: Request) -> Answer:
    community = await _community(request.query_params.get("jurisdiction_id", ""))
    known = georeport.everything(await domains.domains_of(community.id))
    return "services", [georeport.service(domain, community.name) for domain in known]


async def definition(request: Request) -> Answer:
    """No service asks for more than the standard fields."""
    community = await _community(request.query_params.get("jurisdiction_id", ""))
    domain = await _domain(community.id, str(request.path_params["code"]))
    return "service_definition", {"service_code": domain.code, "attributes": []}


async def _domain(community: UUID, code: str) -> Domain:
    """Raises Wrong: 400 for none given, 404 for one there is not."""
    if not code:
        raise Wrong(400, "service_code was not provided")
    for domain in georeport.everything(await domains.domains_of(community)):
        if domain.code == code:
            return domain
    raise Wrong(404, "service_code was not found")


async def create(request: Request) -> Answer:
    """A demand on the list at once: the answer has its id."""
    form = await _form(request)
    key = await _key(form.get("api_key", "") or request.query_params.get("api_key", ""))
    desk: Desk = request.app.state.desk
    desk.limiter.check("open311", str(key.id))
    desk.limiter.count("open311", str(key.id))
    given = form.get("jurisdiction_id", "") or request.query_params.get("jurisdiction_id", "")
    community = await _community(given, key.community_id)
    if community.id != key.community_id:
        raise Wrong(403, "api_key is for another jurisdiction_id")
    domain = await _domain(community.id, form.get("service_code", ""))
    raising = georeport.raising_from(form, domain)
    demand = await raise_from_outside(community.id, raising, at=desk.clock.now())
    made: Plain = {
        "service_request_id": str(demand.id),
        "service_notice": demand.number,
        "account_id": None,
    }
    return "service_requests", [made]


async def _form(request: Request) -> Mapping[str, str]:
    """Raises Wrong (400) for a body that is no form, or too large."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal()) or int(length) > BODY_BYTES:
        raise Wrong(400, f"at most {BODY_BYTES} bytes")
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        raise Wrong(400, f"Content-Type: {FORM}")
    try:
        form = await request.form(max_files=0, max_fields=100)
    except (HTTPException, ClientDisconnect, ValueError):
        raise Wrong(400, f"Content-Type: {FORM}") from None
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    if any("\0" in value for value in given.values()):
        raise Wrong(400, "NUL")
    return given


async def _key(token: str) -> AccessKey:
    """Raises Wrong (403)."""
    found = await access.key_for(token, PURPOSE) if token else None
    if found is None:
        raise Wrong(403, "Missing or invalid api_key")
    return found


async def requests(request: Request) -> Answer:
    """The latest first, as many as are asked for and at most a thousand."""
    desk: Desk = request.app.state.desk
    wanted = georeport.wanted_from(request.query_params, desk.clock.now())
    community = await _community(request.query_params.get("jurisdiction_id", ""))
    zone = ZoneInfo(community.zone)
    if wanted.ids is not None:
        rows = await _public(community.id, wanted.ids)
    else:
        rows = await _within(community.id, wanted, zone)
    return "service_requests", await _shown(request, community, rows)


async def _public(community: UUID, ids: Sequence[UUID]) -> Sequence[Demand]:
    where = Q(community_id=community, is_private=False, id__in=list(ids))
    return await Demand.filter(where, state__not=ON_THE_WAY).order_by("-raised_on", "-number")


async def _within(community: UUID, wanted: Wanted, zone: ZoneInfo) -> Sequence[Demand]:
    where = Q(state__in=list(wanted.states))
    if wanted.codes:
        where &= await _in_services(community, wanted.codes)
    rows = await listing.raised_between(
        community,
        wanted.start.astimezone(zone).date(),
        wanted.end.astimezone(zone).date(),
        where,
        offset=(wanted.page - 1) * wanted.size,
        limit=wanted.size,
    )
    start = wanted.start.replace(microsecond=0)
    return [row for row in rows if start <= georeport.requested_at(row, zone) <= wanted.end]


async def _in_services(community: UUID, codes: Sequence[str]) -> Q:
    """Demands keep the name their domain had: those of all names of a code; what never had a code
    is other."""
    known = await domains.codes_by_name(community)
    where = Q(domain__in=[name for name, code in known.items() if code in codes])
    if domains.OTHER in codes:
        where |= Q(domain__not_in=list(known))
    return where


async def one(request: Request) -> Answer:
    """Raises Wrong (404): also for a dispute, of which nothing is public."""
    community = await _community(request.query_params.get("jurisdiction_id", ""))
    try:
        wanted = UUID(str(request.path_params["request"]))
    except ValueError:
        raise Wrong(404, "service_request_id was not found") from None
    rows = await _public(community.id, [wanted])
    if not rows:
        raise Wrong(404, "service_request_id was not found")
    return "service_requests", await _shown(request, community, rows)


async def _shown(request: Request, community: Community, rows: Sequence[Demand]) -> list[Plain]:
    desk: Desk = request.app.state.desk
    zone = ZoneInfo(community.zone)
    followed = await following.follow(rows, desk.clock.now().astimezone(zone).date())
    codes = await domains.codes_by_name(community.id)
    photos = await attachments.photos_of([f"demand:{row.id}" for row in rows], shown_only=True)
    base = (desk.settings.public_url or str(request.base_url)).rstrip("/")
    shown: list[Plain] = []
    for row in rows:
        first = next(iter(photos[f"demand:{row.id}"]), None)
        media_url = f"{base}/photos/{first.id}" if first else None
        shown.append(georeport.request(row, followed[row.id], codes, zone, media_url))
    return shown


async def discovery(request: Request) -> Answer:
    """Service Discovery: where the endpoint is, and what it speaks."""
    desk: Desk = request.app.state.desk
    base = (desk.settings.public_url or str(request.base_url)).rstrip("/")
    endpoint: Plain = {
        "specification": SPECIFICATION,
        "url": f"{base}/open311/v2",
        "changeset": "2011-03-23T00:00:00Z",
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    return "discovery", {
        "changeset": "2011-03-23T00:00:00Z",
        "contact": base,
        "key_service": base,
        "endpoints": [endpoint],
    }


def _get(path: str, endpoint: Endpoint) -> Route:
    return Route(f"/open311{path}.{{format}}", _answering(endpoint), methods=["GET"])


ROUTES: Sequence[BaseRoute] = (
    _get("/discovery", discovery),
    _get("/v2/services", services),
    _get("/v2/services/{code}", definition),
    _get("/v2/requests", requests),
    Route("/open311/v2/requests.{format}", _answering(create), methods=["POST"]),
    _get("/v2/requests/{request}", one),
)
