"""Finds what the community's list has already, for somebody who is writing a demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from deliberation.demands.models import Demand
from deliberation.demands.service import OPEN
from deliberation.demands.twins import Wording, nearest, wording_of

COMPARED = 2_000
"""The latest open demands; older ones are found in the list."""
SHOWN = 3
LONGEST = 200
"""Characters of what is looked for; the rest is not compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """An open demand that probably says the same; `score` in percent."""

    demand: Demand
    score: int


@lru_cache(maxsize=4 * COMPARED)
def _wording(title: str, place: str) -> Wording:
    """Reduced once: the same demands are compared at every pause of somebody's typing."""
    return wording_of(title, place)


async def near(
    community: UUID, title: str, place: str, *, besides: UUID | None = None, limit: int = SHOWN
) -> list[Near]:
    """The most alike of the latest open public demands, the best first."""
    rows = await _candidates(community)
    others = [(row[0], _wording(str(row[1]), str(row[2]))) for row in rows if row[0] != besides]
    found = nearest(wording_of(title[:LONGEST], place[:LONGEST]), others, limit=limit)
    known = {d.id: d for d in await Demand.filter(id__in=[one.owner for one in found])}
    return [Near(demand=known[one.owner], score=one.score) for one in found if one.owner in known]


async def _candidates(community: UUID) -> Sequence[tuple[UUID, str, str]]:
    rows = Demand.filter(community_id=community, state__in=list(OPEN), is_private=False)
    latest: Sequence[tuple[UUID, str, str]] = (
        await rows.order_by("-raised_on").limit(COMPARED).values_list("id", "title", "place")
    )
    return latest
