"""Photos: taken in from a form, and shown to those who may see them."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from deliberation import photos
from deliberation.attachments import service as attachments
from deliberation.attachments.models import Attachment
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.people.roles import Permission
from deliberation.photos import Photo
from deliberation.web import guarding
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.signing import local_path
from deliberation.web.visit import Visit

PUBLIC_SECONDS = 86_400
"""A shown photo may be hidden again: nobody keeps it longer without asking."""
DEMAND = "demand:"


async def photos_from(visit: Visit, name: str = "photos", *, most: int) -> list[Photo]:
    """The photos of a form's field, made fit to publish. Raises PHOTO_LIMIT and what is wrong
    with one, before anything is written; TOO_MANY_TRIES, for they take seconds each, also those
    that are no photos."""
    files = visit.uploads(name)
    if len(files) > most:
        raise Refusal(Code.PHOTO_LIMIT, limit=most)
    whose, limiter = str(visit.actor.present_person()), visit.desk.limiter
    for _file in files:
        limiter.check("photo", whose)
        limiter.count("photo", whose)
    return [await photos.taken(await file.read()) for file in files]


async def is_private(photo: Attachment) -> bool:
    """Of a dispute between people: never public, whatever staff had shown before."""
    if not photo.subject.startswith(DEMAND):
        return False
    demand = UUID(photo.subject.removeprefix(DEMAND))
    return await Demand.exists(id=demand, is_private=True)


async def waiting(visit: Visit) -> Response:
    """What staff have still to look at, with the demand that it shows."""
    by_subject: dict[str, list[Attachment]] = {}
    for one in await attachments.unseen(visit.here.id):
        if not await is_private(one):
            by_subject.setdefault(one.subject, []).append(one)
    by_page = [(_address(subject), photos) for subject, photos in by_subject.items()]
    return page(visit, "photos/list.html", section="desk", by_page=by_page)


def _address(subject: str) -> str:
    """The page of what a photo shows, where it has one."""
    kind, _, owner = subject.partition(":")
    return f"/{kind}s/{owner}" if kind in ("demand", "task", "matter") else ""


async def photo(visit: Visit) -> Response:
    return await _picture(visit, is_small=False)


async def thumbnail(visit: Visit) -> Response:
    return await _picture(visit, is_small=True)


async def _picture(visit: Visit, *, is_small: bool) -> Response:
    """Known by the digest of its content, which never changes."""
    found = await attachments.require_photo(visit.path_id("photo"))
    of_dispute = await is_private(found)
    is_public = found.is_shown and not of_dispute
    if not is_public and not _may_see(visit, found, of_dispute=of_dispute):
        raise Refusal(Code.NOT_FOUND)
    mark = f'"{found.digest[:32]}{"-small" if is_small else ""}"'
    headers = {
        "ETag": mark,
        "Cache-Control": f"private, max-age={PUBLIC_SECONDS}" if is_public else "private, no-cache",
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
    }
    if visit.request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    body = await attachments.picture_of(found.id, is_small=is_small)
    return Response(body, media_type=found.media_type, headers=headers)


def _may_see(visit: Visit, found: Attachment, *, of_dispute: bool) -> bool:
    """Staff of the community, and who brought it. Those of a dispute are for who prepares the
    meetings: whoever speaks for an organisation or goes round the houses is not told of it."""
    is_own = found.by_id is not None and found.by_id == visit.identity.person
    is_entitled = visit.actor.may(Permission.PREPARE) if of_dispute else visit.actor.is_staff
    return is_own or (is_entitled and visit.actor.belongs_to(found.community_id))


async def show(visit: Visit) -> Response:
    """Let everybody see it. What belongs to a dispute stays unseen."""
    found = await attachments.require_photo(visit.path_id("photo"))
    if await is_private(found):
        raise Refusal(Code.NOT_FOUND)
    await guarding.done_once(visit, lambda: attachments.show(visit.actor, found.id, at=visit.now))
    return go(_back(visit))


async def hide(visit: Visit) -> Response:
    reason = visit.text("reason", limit=1_000)
    target = visit.path_id("photo")
    await guarding.done_once(
        visit, lambda: attachments.hide(visit.actor, target, reason, at=visit.now)
    )
    return go(_back(visit))


def _back(visit: Visit) -> str:
    """The page that the button stood on; nowhere else but here."""
    back = visit.text("back", limit=300)
    return local_path(back) if back else "/demands"


PAGES: Sequence[Page] = (
    get("/photos", Permission.PREPARE, waiting),
    get("/photos/{photo}", Permission.PUBLIC, photo),
    get("/photos/{photo}/thumbnail", Permission.PUBLIC, thumbnail),
    post("/photos/{photo}/showing", Permission.PREPARE, show),
    post("/photos/{photo}/hiding", Permission.PREPARE, hide),
)
