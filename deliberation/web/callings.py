"""The form that calls a meeting: what there is to choose from, and what was chosen."""

from typing import Any

from deliberation.gatherings import bodies, venues
from deliberation.meetings.kinds import KINDS, LEVELS, Calling
from deliberation.people.models import Place
from deliberation.people.roles import Permission
from deliberation.web.visit import Visit

PLACES = 500


async def choices_of(visit: Visit) -> dict[str, Any]:
    """What a meeting may be called with: bodies, venues, levels, places; for who prepares."""
    if not visit.actor.may(Permission.PREPARE):
        return {"kinds": (), "conveners": (), "venues": (), "levels": (), "places": ()}
    here = visit.here.id
    places = await Place.filter(community_id=here).order_by("path").limit(PLACES)
    return {
        "kinds": [(key, visit.translations.gettext(text)) for key, text in KINDS.items()],
        "conveners": [(str(body.id), body.name) for body in await bodies.conveners(here)],
        "venues": [(str(one.id), one.name) for one in await venues.open_venues(here)],
        "levels": [(key, visit.translations.gettext(text)) for key, text in LEVELS.items()],
        "places": [row.path for row in places],
    }


def calling_of(visit: Visit, *, kind: str = "") -> Calling:
    """The fields of a form that calls a meeting."""
    return Calling(
        title=visit.text("title", limit=300),
        kind=kind or visit.text("kind", limit=20) or "deliberation",
        level=visit.text("level", limit=20) or visit.here.level,
        scope=visit.text("scope", limit=250),
        body=visit.id("body"),
        venue=visit.id("venue"),
    )
