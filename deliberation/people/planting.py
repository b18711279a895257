"""The tree of places that units name."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from deliberation import store
from deliberation.people.models import Place, Unit

_KINDS = ("grid", "courtyard", "entrance")


async def plant_places(community: UUID) -> None:
    """Every place that a unit names stands in the tree; units are tied to theirs."""
    known = {place.path: place.id for place in await Place.filter(community_id=community)}
    loose = Unit.filter(community_id=community, place_id=None).exclude(place_path="")
    paths = await loose.distinct().values_list("place_path", flat=True)
    await Place.bulk_create(_new_places(community, [str(path) for path in paths], known))
    await store.write(
        "UPDATE unit SET place_id = place.id FROM place WHERE place.community_id = ?"
        " AND unit.community_id = place.community_id AND unit.place_id IS NULL"
        " AND unit.place_path = place.path",
        [community],
    )


def _new_places(community: UUID, paths: list[str], known: Mapping[str, UUID]) -> list[Place]:
    """The nodes that are missing, each after the one above it."""
    ids, made = dict(known), list[Place]()
    for path in sorted(paths):
        parts = path.split(" / ")
        for depth in range(1, len(parts) + 1):
            here = " / ".join(parts[:depth])
            if here in ids:
                continue
            ids[here] = uuid4()
            made.append(
                Place(
                    id=ids[here],
                    community_id=community,
                    parent_id=ids.get(" / ".join(parts[: depth - 1])),
                    kind=_KINDS[min(depth, len(_KINDS)) - 1],
                    name=parts[depth - 1],
                    path=here,
                )
            )
    return made
