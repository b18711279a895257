"""Staff put a demand's public words, domain, place or urgency right."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.demands.domains import check_domain
from deliberation.demands.intake import LONGEST
from deliberation.demands.models import Demand
from deliberation.demands.rules import Raising, check_choices, words_from
from deliberation.demands.service import path_of, require_demand
from deliberation.errors import Code, Refusal
from deliberation.journal.events import DemandChanged, Json
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of

WORDS = ("title", "description", "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """How it should read. `place` is the whole of the words; `place_id` where it is in the tree."""

    title: str
    description: str
    domain: str
    place: str
    place_id: UUID | None
    urgency: str


@journal.shielded
async def correct(actor: Actor, demand: UUID, correction: Correction, *, at: datetime) -> None:
    """Nothing is told where nothing differs. Raises NOT_FOUND for a private demand."""
    actor.require(Permission.PREPARE)
    async with journal.record(
        home_of(actor), actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await require_demand(demand)
        actor.check_in(found.community_id)
        if found.is_private:
            raise Refusal(Code.NOT_FOUND)
        wanted = await _wanted(found, correction)
        changes = {name: new for name, new in wanted.items() if getattr(found, name) != new}
        if not changes:
            return
        await Demand.filter(id=found.id).update(**changes, changed_at=at)
        told: Json = {name: str(new) if new is not None else None for name, new in changes.items()}
        _tell(entry, found, told)


def _tell(entry: journal.Recorder, demand: Demand, changes: Json) -> None:
    """Words stand in the restricted body: what nobody has looked at yet may be a dispute."""
    public = {name: "" if name in WORDS else value for name, value in changes.items()}
    words = {name: value for name, value in changes.items() if name in WORDS}
    entry.tell(
        DemandChanged(demand=demand.id, changes=public),
        subject=f"demand:{demand.id}",
        restricted=words or None,
    )


async def _wanted(demand: Demand, correction: Correction) -> dict[str, str | UUID | None]:
    raising = Raising(
        title=correction.title,
        description=correction.description,
        domain=correction.domain,
        place=correction.place,
        urgency=correction.urgency,
    )
    check_choices(raising)
    moved = correction.place_id != demand.place_id
    path = await path_of(demand.community_id, correction.place_id) if moved else ""
    words = words_from(raising, path, longest_description=LONGEST["description"])
    domain = correction.domain
    return {
        "title": words.title,
        "description": words.description,
        "domain": domain
        if domain == demand.domain
        else await check_domain(demand.community_id, domain),
        "place": words.place,
        "place_id": correction.place_id,
        "urgency": correction.urgency,
    }
