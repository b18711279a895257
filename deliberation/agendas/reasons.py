"""Why a published agenda is as it is, read back for everybody: ranks, and reasons for overrides."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from deliberation import journal
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.ranking import Ranked
from deliberation.agendas.service import items_of
from deliberation.demands.models import Demand
from deliberation.journal.events import AgendaItemAdded, AgendaItemRemoved

READ_BACK = 1_000
"""Entries of a meeting among which its agenda was drawn up; what happens in it comes later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Why an item is where it is. A matter that was carried over has no rank."""

    ranked: Ranked | None
    override: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What was taken off against the ranking, and the reason that was given."""

    title: str
    reason: str


async def reasons_for(meeting: UUID) -> tuple[dict[UUID, Placed], list[LeftOut]]:
    """Of every item, and of what is not on the agenda although its rank was higher."""
    items = await items_of(meeting)
    return {item.id: _placed(item) for item in items}, await _left_out(meeting, items)


def _placed(item: AgendaItem) -> Placed:
    ranked = Ranked.from_json(json.loads(item.reasons)) if item.reasons else None
    return Placed(ranked=ranked, override=item.override_reason)


async def _left_out(meeting: UUID, items: Sequence[AgendaItem]) -> list[LeftOut]:
    titles: dict[UUID, str] = {}
    demands: dict[str, UUID] = {}
    reasons: dict[str, str] = {}
    for happened in await journal.entries(meeting, limit=READ_BACK):
        match happened.event:
            case AgendaItemAdded(item=item, title=title, demand=demand):
                titles[item] = title
                if demand is not None:
                    demands[title] = demand
            case AgendaItemRemoved(item=item, reason=str(reason)):
                reasons[titles[item]] = reason
    kept = {item.title for item in items} | await _private(demands)
    return [LeftOut(title=t, reason=r) for t, r in reasons.items() if t not in kept]


async def _private(demands: Mapping[str, UUID]) -> set[str]:
    """Of titles and their demands, those that are nobody else's business any more."""
    rows = await Demand.filter(id__in=list(demands.values()), is_private=True).only("id")
    hidden = {row.id for row in rows}
    return {title for title, demand in demands.items() if demand in hidden}
