"""People's names as the viewer may see them."""

from collections.abc import Iterable
from uuid import UUID

from deliberation.people.masking import mask_name
from deliberation.people.roles import Permission
from deliberation.people.service import names_of
from deliberation.web.visit import Visit


async def shown_names(visit: Visit, people: Iterable[UUID]) -> dict[UUID, str]:
    """In clear for staff who see contacts, and of who holds an office; masked otherwise."""
    sees_all = visit.actor.may(Permission.SEE_CONTACTS)
    found = await names_of(people)
    return {
        person: named.name if sees_all or named.is_official else mask_name(named.name)
        for person, named in found.items()
    }
