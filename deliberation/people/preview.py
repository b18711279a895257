"""What an import of households would do, as people read it before they confirm it."""

import json
from typing import Any

from deliberation.people.intake import PeopleIntake
from deliberation.people.planning import HouseholdChange, PeoplePlan
from deliberation.sheets.columns import Problem

SHOWN = 200
"""Rows of each kind that a preview lists; the counts are of all."""


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
