"""Figures: what became of what people brought, drawn with a table behind each picture."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.minutes.paper import to_paper
from deliberation.people.roles import Permission
from deliberation.reports import service as reports
from deliberation.reports.facts import Period
from deliberation.reports.heads import Heads, heads_of
from deliberation.reports.table import LABELS, quoted
from deliberation.reports.telling import narrate
from deliberation.web import guarding
from deliberation.web.figurecharts import charts_of
from deliberation.web.figureviews import (
    Headline,
    as_table,
    headlines,
    points_text,
    ratio_text,
)
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

YEARS = 5
"""How many years the page offers; earlier ones are reached by their address."""
KINDS = {"pdf": "application/pdf", "md": "text/markdown; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """A community of this level, or all of them together, with the large numbers."""

    name: str
    head: Sequence[Headline]


def _asked(visit: Visit) -> Period:
    """The period in the address; this year when none is named. Counting a year takes a while: it
    is limited how often one address may ask."""
    visit.desk.limiter.check("figures", visit.address)
    visit.desk.limiter.count("figures", visit.address)
    year, month = visit.query.get("year", ""), visit.query.get("month", "")
    return reports.check_period(
        _number(year, N_("年份")) or visit.today.year,
        _number(month, N_("月份")) if month else None,
        visit.today,
    )


def _number(text: str, field: str) -> int:
    if text and not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise Refusal(Code.FIELD_INVALID, field=field)
    return int(text or "0")


async def show(visit: Visit) -> Response:
    """The community's figures of a year or month, beside those of the year before."""
    period = _asked(visit)
    facts, lines = await reports.figures_for(visit.here, period, visit.today)
    compared = await reports.compared(visit.here, period, lines, visit.today)
    return page(
        visit,
        "figures/show.html",
        section="figures",
        period=period,
        years=[visit.today.year - n for n in range(YEARS)],
        head=headlines(lines),
        charts=charts_of(facts, lines),
        as_table=as_table,
        rows=[quoted(line) for line in lines if line.dimension == "all"],
        labels=LABELS,
        compared=compared,
        source=next((one.source for one in compared.values() if one.source), ""),
        points_text=lambda points, unit: points_text(points, unit, visit.translations.gettext),
        ratio_text=ratio_text,
        below=await _below(visit, period),
        taken=await reports.taken_periods(visit.here.id),
        is_empty=not facts.demands and not facts.tasks,
    )


async def _below(visit: Visit, period: Period) -> list[Below]:
    """Only numbers: what is in them stays where it belongs."""
    rows = await reports.communities_below(visit.here)
    if len(rows) == 1:
        return []
    heads = await heads_of(rows, period)
    made = [Below(name=row.name, head=headlines(heads[row.id].lines())) for row in rows]
    total = headlines(sum(heads.values(), start=Heads()).lines())
    return [*made, Below(name=visit.translations.gettext(N_("合计")), head=total)]


async def csv_file(visit: Visit) -> Response:
    """All figures of the period, as a file that comes back in unchanged."""
    period = _asked(visit)
    _facts, lines = await reports.figures_for(visit.here, period, visit.today)
    return _download(reports.as_csv(lines), "text/csv; charset=utf-8", f"figures-{period.key}.csv")


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


async def take_earlier(visit: Visit) -> Response:
    """Figures of a year that the service did not see, as they were quoted."""
    upload = visit.upload("file")
    content, name = await upload.read(), upload.filename or ""
    rows = await asyncio.to_thread(reports.from_file, content, name)
    period = reports.check_earlier(visit.number("year"), visit.today)
    source = visit.text("source", limit=reports.LONGEST_SOURCE)

    async def take() -> None:
        await reports.take_earlier(visit.actor, period, rows, source, at=visit.now)

    await guarding.done_once(visit, take)
    return go(f"/figures?year={period.year + 1}")


async def feedback(visit: Visit) -> Response:
    """An organisation's year, as a document on the page."""
    period = _asked(visit)
    organisation = visit.path_id("organisation")
    made = await reports.feedback_for(visit.here, organisation, period, visit.today)
    told = narrate(made, translate=visit.translations.gettext, language=visit.language)
    return page(
        visit,
        "figures/feedback.html",
        section="figures",
        organisation=organisation,
        period=period,
        minutes=to_paper(told),
    )


async def feedback_file(visit: Visit) -> Response:
    """The same as a file."""
    kind = visit.request.path_params["kind"]
    if kind not in KINDS:
        raise Refusal(Code.NOT_FOUND)
    period = _asked(visit)
    organisation = visit.path_id("organisation")
    made = await reports.feedback_for(visit.here, organisation, period, visit.today)
    fonts = visit.desk.settings.fonts
    content = await reports.feedback_as(
        made, kind, visit.translations, visit.language, Path(fonts) if fonts else None
    )
    return _download(content, KINDS[kind], f"feedback-{period.key}.{kind}")


PAGES: Sequence[Page] = (
    get("/figures", Permission.PUBLIC, show),
    get("/figures.csv", Permission.PUBLIC, csv_file),
    post("/figures/earlier", Permission.PREPARE, take_earlier, upload=True),
    get("/figures/organisations/{organisation}", Permission.PUBLIC, feedback),
    get("/figures/organisations/{organisation}/feedback.{kind}", Permission.PUBLIC, feedback_file),
)
