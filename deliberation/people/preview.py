"""From a plan of households to staged rows, and to the preview that people read."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from deliberation.people.cards import new_cards
from deliberation.people.intake import HouseholdFacts, PeopleIntake, PersonFacts
from deliberation.people.models import Card, Community
from deliberation.people.planning import HouseholdChange, PeoplePlan
from deliberation.sheets.columns import Problem
from deliberation.store import staging

SHOWN = 200
"""Rows of each kind that a preview lists; the counts are of all."""

TABLES: dict[str, dict[str, str]] = {
    "unit": {
        "id": "uuid",
        "community_id": "uuid",
        "place_path": "text",
        "label": "text",
        "area_hundredths": "int",
    },
    "household": {
        "id": "uuid",
        "community_id": "uuid",
        "unit_id": "uuid",
        "representative_id": "uuid",
    },
    "person": {
        "id": "uuid",
        "community_id": "uuid",
        "household_id": "uuid",
        "name": "text",
        "phone_last4": "text",
    },
    "role_grant": {"id": "uuid", "person_id": "uuid", "role": "text"},
    "card": {
        "id": "uuid",
        "person_id": "uuid",
        "serial": "int",
        "lookup": "text",
        "is_revoked": "boolean",
        "issued_at": "timestamptz",
    },
}
"""Tables in the order in which their rows refer to each other."""

Rows = dict[str, list[dict[str, Any]]]


async def stage_rows(
    batch: UUID, community: Community, plan: PeoplePlan, key: bytes, at: datetime
) -> None:
    rows: Rows = {table: [] for table in TABLES}
    for facts in plan.added:
        _add_household(rows, community.id, facts)
    for change in plan.changed:
        for joined in change.joined:
            _add_person(rows, community.id, change.existing.id, joined)
    taken = {card.lookup for card in await Card.all()}
    people = [UUID(row["id"]) for row in rows["person"]]
    rows["card"] = [_card(card) for card in new_cards(key, people, taken, at)]
    for table in TABLES:
        await staging.stage(batch, table, "insert", rows[table])
    await staging.stage(batch, "changes", "update", _changes(plan.changed))


def _add_household(rows: Rows, community: UUID, facts: HouseholdFacts) -> None:
    unit, household = str(uuid4()), uuid4()
    rows["unit"].append(
        {
            "id": unit,
            "community_id": str(community),
            "place_path": " / ".join(facts.place),
            "label": facts.label,
            "area_hundredths": facts.area or 0,
        }
    )
    made = {p.name: _add_person(rows, community, household, p) for p in facts.people}
    rows["household"].append(
        {
            "id": str(household),
            "community_id": str(community),
            "unit_id": unit,
            "representative_id": made[facts.representative],
        }
    )


def _add_person(rows: Rows, community: UUID, household: UUID, facts: PersonFacts) -> str:
    person = str(uuid4())
    rows["person"].append(
        {
            "id": person,
            "community_id": str(community),
            "household_id": str(household),
            "name": facts.name,
            "phone_last4": facts.last_four,
        }
    )
    for role in sorted(facts.roles):
        rows["role_grant"].append({"id": str(uuid4()), "person_id": person, "role": role.value})
    return person


def _card(card: Card) -> dict[str, Any]:
    return {
        "id": str(card.id),
        "person_id": str(card.person_id),
        "serial": card.serial,
        "lookup": card.lookup,
        "is_revoked": False,
        "issued_at": card.issued_at.isoformat(" "),
    }


def _changes(changed: Iterable[HouseholdChange]) -> Iterator[dict[str, Any]]:
    """Corrections of what is there: few, and applied one by one."""
    for change in changed:
        fields = {c.field: c.after for c in change.fields}
        yield {
            "household": str(change.existing.id),
            "area": fields.get("area"),
            "representative": fields.get("representative"),
            "people": [
                {
                    "person": str(p.existing.id),
                    "last_four": p.facts.last_four or p.existing.last_four,
                    "roles": sorted(role.value for role in p.facts.roles),
                }
                for p in change.people
            ],
        }


def report_of(intake: PeopleIntake, plan: PeoplePlan, *, seq: int) -> str:
    """The preview as JSON; `seq` is where the community's journal stood when it was made."""
    return json.dumps(
        {
            "seq": seq,
            "has_errors": intake.has_errors,
            "counts": {
                "added": len(plan.added),
                "changed": len(plan.changed),
                "unchanged": len(plan.unchanged),
                "problems": len(intake.problems),
            },
            "added": [
                {
                    "row": h.row,
                    "number": h.label,
                    "title": "、".join(p.name for p in h.people),
                    "place": " / ".join(h.place),
                }
                for h in plan.added[:SHOWN]
            ],
            "changed": [_told(change) for change in plan.changed[:SHOWN]],
            "problems": [_told_problem(p) for p in intake.problems[:SHOWN]],
        },
        ensure_ascii=False,
    )


def _told(change: HouseholdChange) -> dict[str, Any]:
    fields = [
        {"field": c.field, "before": str(c.before or ""), "after": str(c.after or "")}
        for c in change.fields
    ]
    joined = [{"field": "joined", "before": "", "after": p.name} for p in change.joined]
    people = [
        {"field": "person", "before": p.existing.name, "after": p.facts.name} for p in change.people
    ]
    return {
        "row": change.facts.row,
        "number": change.existing.label,
        "title": " / ".join(change.existing.place),
        "fields": fields + joined + people,
    }


def _told_problem(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "code": problem.code.value,
        "severity": problem.severity.value,
        "facts": dict(problem.facts),
    }
