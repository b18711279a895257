"""Works out, in a process of its own, what a demand list would do: rows to stage and a preview."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from deliberation.demands.intake import DemandFacts, Intake, read_demands
from deliberation.demands.planning import Addition, Change, ExistingDemand, Plan, plan_intake
from deliberation.i18n import N_
from deliberation.sheets import Limits, read_table
from deliberation.sheets.columns import Problem
from deliberation.store import staging

CHUNK = 500
SHOWN = 200
"""Rows of each kind that a preview lists; the counts are of all."""

INSERT = "insert"
UNNUMBERED = "unnumbered"
UPDATE = "update"

Json = dict[str, Any]


def prepare(
    data: bytes, filename: str, limits: Limits, today: date, existing: Sequence[str]
) -> Iterator[str]:
    """Lines to be told apart by their first word: `rows ALL`, `ACT JSON` to stage, `report JSON`.

    `existing` are JSON lists of the demands there are.
    """
    intake = read_demands(read_table(data, filename, limits=limits), today=today)
    yield f"rows {len(intake.rows)}"
    plan = plan_intake(
        intake.rows, [_existing(row) for page in existing for row in json.loads(page)]
    )
    if not intake.has_errors:
        yield from _lines(plan, today)
    yield f"report {_report(intake, plan)}"


def _lines(plan: Plan, today: date) -> Iterator[str]:
    facts = [addition.facts for addition in plan.added]
    numbered = [(f.row, _added(f, today)) for f in facts if f.number]
    unnumbered = [f for f in facts if not f.number]
    counted = [(n, _added(f, today) | {"row": f.row}) for n, f in enumerate(unnumbered)]
    changed = [(change.facts.row, _changed(change)) for change in plan.changed]
    for act, rows in ((INSERT, numbered), (UNNUMBERED, counted), (UPDATE, changed)):
        for start in range(0, len(rows), CHUNK):
            yield f"{act} {staging.text_of(rows[start : start + CHUNK])}"


def _existing(row: Mapping[str, Any]) -> ExistingDemand:
    raised = date.fromisoformat(row["raised_on"])
    return ExistingDemand(**{**row, "id": UUID(row["id"]), "raised_on": raised})


def _added(facts: DemandFacts, today: date) -> Json:
    return {
        "id": str(uuid4()),
        "number": facts.number,
        "title": facts.title,
        "description": facts.description,
        "domain": facts.domain or N_("其他"),
        "place": facts.place,
        "source": facts.source,
        "raised_on": (facts.raised_on or today).isoformat(),
        "supporters_listed": facts.supporters,
        "contact_name": facts.contact_name,
        "contact_phone": facts.contact_phone,
    }


def _changed(change: Change) -> Json:
    current = asdict(change.existing) | {c.field: c.after for c in change.fields}
    current["supporters_listed"] = current.pop("supporters")
    plain = {name: value for name, value in current.items() if name != "number"}
    return plain | {"id": str(current["id"]), "raised_on": current["raised_on"].isoformat()}


def _report(intake: Intake, plan: Plan) -> str:
    """The preview as JSON; contacts are left out of it."""
    return json.dumps(
        {
            "has_errors": intake.has_errors,
            "counts": {
                "added": len(plan.added),
                "changed": len(plan.changed),
                "unchanged": len(plan.unchanged),
                "twins": len(plan.twins),
                "problems": len(intake.problems),
            },
            "last_row": max((facts.row for facts in intake.rows), default=0),
            "unnumbered": sum(1 for a in plan.added if not a.facts.number),
            "added": [_told(a) for a in plan.added[:SHOWN]],
            "twins": [_told(a) for a in plan.twins[:SHOWN]],
            "changed": [_told_change(c) for c in plan.changed[:SHOWN]],
            "problems": [_told_problem(p) for p in intake.problems[:SHOWN]],
        },
        ensure_ascii=False,
    )


def _told(addition: Addition) -> dict[str, Any]:
    facts, twin = addition.facts, addition.twin
    return {
        "row": facts.row,
        "number": facts.number,
        "title": facts.title,
        "domain": facts.domain,
        "place": facts.place,
        "twin": {"number": twin.number, "title": twin.title, "score": twin.score, "row": twin.row}
        if twin
        else None,
    }


def _told_change(change: Change) -> dict[str, Any]:
    hidden = ("contact_name", "contact_phone")
    return {
        "row": change.facts.row,
        "number": change.existing.number,
        "title": change.existing.title,
        "fields": [
            {"field": c.field, "before": _text(c.before), "after": _text(c.after)}
            if c.field not in hidden
            else {"field": c.field, "before": "…", "after": "…"}
            for c in change.fields
        ],
    }


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value if value is not None else "")


def _told_problem(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "code": problem.code.value,
        "severity": problem.severity.value,
        "facts": dict(problem.facts),
    }
