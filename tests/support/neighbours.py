"""演示: a second community beside the one of a test, under a subdistrict above both."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation.auth.service import actor_of
from deliberation.founding.service import Founding, found_above, found_below
from deliberation.meetings.days import DayRule, MonthlyDate
from deliberation.people.models import Person, RoleGrant
from deliberation.people.roles import Actor, Role
from tests.flows.community import PASSWORD, settle_households
from tests.flows.hall import token_of

RULE = DayRule(on=MonthlyDate(day=20), starts="09:00", minutes=150, venue="演示邻里议事厅")


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The subdistrict with its administrator, and the other community with its people."""

    subdistrict: UUID
    administrator: Actor
    community: UUID
    facilitator: Actor
    resident: Actor
    liaison: Actor


def founding(name: str, login: str, level: str = "community") -> Founding:
    return Founding(
        name=name,
        level=level,
        facilitator=f"演示{login}",
        login=login,
        password=PASSWORD,
        day_rule=RULE if level == "community" else None,
    )


async def actor_in(community: UUID, name: str, at: datetime) -> Actor:
    """The one of that name in a community."""
    found = await Person.get(community_id=community, name=name)
    return await actor_of(await token_of(found.id, at), at=at)


async def neighbours_of(chair: Actor, *, key: bytes, at: datetime) -> Neighbours:
    """Founded by the administrator of the first community, and then of the subdistrict."""
    above = await found_above(chair, founding("示例街道", "jiedao", "subdistrict"), at=at)
    administrator = await actor_in(above.id, "演示jiedao", at)
    beside = await found_below(administrator, founding("邻里社区", "linli"), at=at)
    (settled,) = await settle_households(beside.id, 1, first=901, key=key, at=at)
    liaison = await Person.create(community_id=beside.id, name="演示联络员")
    await RoleGrant.create(person_id=liaison.id, role=Role.LIAISON.value)
    return Neighbours(
        subdistrict=above.id,
        administrator=administrator,
        community=beside.id,
        facilitator=await actor_in(beside.id, "演示linli", at),
        resident=await actor_of(await token_of(settled.person, at), at=at),
        liaison=await actor_in(beside.id, "演示联络员", at),
    )
