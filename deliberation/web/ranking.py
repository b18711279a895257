"""The published ranking: its rule in words, and everything needed to work it out again."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from deliberation.agendas import service as agendas
from deliberation.agendas.ranking import Ranked
from deliberation.demands.models import Demand
from deliberation.people.roles import Permission
from deliberation.rulesets.exact import amount_text, fraction_text
from deliberation.web.pages import page
from deliberation.web.routing import Page, get
from deliberation.web.visit import Visit

SHOWN = 50
SEEN = 10
"""Ranked demands that are seen at once; the others are a press away."""


async def rule(visit: Visit) -> Response:
    """The weights in words, a worked sum, and the ranking of today."""
    weights = await agendas.weights_of(visit.here.id)
    ranked = await agendas.ranking_of(visit.here, at=visit.now)
    titles = await _titles(ranked[:SHOWN])
    return page(
        visit,
        "agendas/ranking.html",
        section="demands",
        per_household=amount_text(weights.per_household),
        per_day=amount_text(weights.per_day),
        per_carry_over=amount_text(weights.per_carry_over),
        domains=[(name, amount_text(points)) for name, points in weights.domains.items()],
        ranked=ranked[:SHOWN],
        seen=SEEN,
        total=len(ranked),
        titles=titles,
    )


async def _titles(ranked: Sequence[Ranked]) -> dict[object, str]:
    rows = await Demand.filter(id__in=[r.demand.id for r in ranked])
    return {row.id: row.title for row in rows}


async def figures(visit: Visit) -> Response:
    """Weights, inputs and result; nothing else goes into the ranking, and no contact is in it."""
    weights = await agendas.weights_of(visit.here.id)
    ranked = await agendas.ranking_of(visit.here, at=visit.now)
    return JSONResponse(
        {
            "on": visit.today.isoformat(),
            "weights": weights.to_json(),
            "ties": "raised_on, then number",
            "inputs": [r.to_json()["demand"] for r in sorted(ranked, key=_by_number)],
            "result": [_placed(r) for r in ranked],
        },
        headers={"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"},
    )


def _by_number(entry: Ranked) -> tuple[str, int]:
    return entry.demand.number, entry.demand.id.int


def _placed(entry: Ranked) -> dict[str, Any]:
    return {
        "rank": entry.rank,
        "demand": str(entry.demand.id),
        "number": entry.demand.number,
        "score": fraction_text(entry.score),
    }


PAGES: Sequence[Page] = (
    get("/ranking", Permission.PUBLIC, rule),
    get("/ranking.json", Permission.PUBLIC, figures),
)
