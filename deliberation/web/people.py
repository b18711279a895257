"""Cards for households, to be printed; and a new card after a loss."""

from collections.abc import Sequence

from starlette.responses import Response

from deliberation.people import service as people
from deliberation.people.codes import format_code
from deliberation.people.models import Person
from deliberation.people.owners import owners_among, ownership_of
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.pages import go, page
from deliberation.web.qr import qr_svg
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

PAGE = 60


async def cards(visit: Visit) -> Response:
    """A printable sheet of cards, by place; each has its code and its QR."""
    place = visit.query.get("place", "")[:250]
    number = visit.query.get("page", "1")
    shown = max(1, int(number)) if number.isascii() and number.isdecimal() else 1
    made = await people.printed_cards(visit.actor, key=visit.desk.key, place=place)
    part = made[(shown - 1) * PAGE : shown * PAGE]
    return page(
        visit,
        "people/cards.html",
        section="desk",
        cards=[
            {
                "code": format_code(card.code),
                "name": card.name,
                "place": card.place,
                "unit": card.unit,
                "is_representative": card.is_representative,
                "qr": qr_svg(f"{visit.base_url}/c/{card.code}"),
            }
            for card in part
        ],
        total=len(made),
        place=place,
        page_number=shown,
        pages=max(1, -(-len(made) // PAGE)),
        places=sorted({card.place for card in made}),
    )


async def listing(visit: Visit) -> Response:
    """Who lives here, for staff."""
    text = visit.query.get("text", "")[:40]
    query = Person.filter(community_id=visit.here.id)
    if text:
        query = query.filter(name__contains=text)
    rows = await query.limit(100).prefetch_related("household__unit")
    return page(
        visit,
        "people/list.html",
        section="desk",
        rows=rows,
        text=text,
        owners=await owners_among([row.id for row in rows]),
        owned=await ownership_of(visit.here.id),
    )


async def issue(visit: Visit) -> Response:
    person = visit.path_id("person")
    await guarding.done_once(
        visit,
        lambda: people.issue_card(visit.actor, person, key=visit.desk.key, at=visit.now),
    )
    return go("/people")


PAGES: Sequence[Page] = (
    get("/people", Permission.IMPORT, listing),
    get("/people/cards", Permission.IMPORT, cards),
    post("/people/{person}/cards", Permission.IMPORT, issue),
)
