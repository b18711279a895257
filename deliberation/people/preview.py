"""What an import of households would do, as people read it before they confirm it."""

import json
from decimal import Decimal
from typing import Any

from deliberation.people.intake import PeopleIntake
from deliberation.people.planning import HouseholdChange, PeoplePlan
from deliberation.sheets.columns import FieldChange, Problem, Value

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
    joined = [{"field": "joined", "before": "", "after": p.name} for p in change.joined]
    return {
        "row": change.facts.row,
        "number": change.existing.label,
        "title": " / ".join(change.existing.place),
        "fields": [
            *(_told_field(field) for field in change.fields),
            *joined,
            *(_told_field(f, who=p.existing.name) for p in change.people for f in p.fields),
        ],
    }


def _told_field(change: FieldChange, who: str = "") -> dict[str, Any]:
    """From and to, as people read them; `who` is the person it belongs to."""
    return {
        "field": change.field,
        "who": who,
        "before": _as_read(change.field, change.before),
        "after": _as_read(change.field, change.after),
    }


def _as_read(field: str, value: Value) -> object:
    """Of a telephone only that there is one; roles as a list."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return f"{Decimal(value).scaleb(-2)} m²" if value else ""
    return "…" if value and field == "last_four" else value or ""


def _told_problem(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "code": problem.code.value,
        "severity": problem.severity.value,
        "facts": dict(problem.facts),
    }
