"""Figures of a period, the file they come and go in, and what they are compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from babel.support import NullTranslations

from deliberation import journal, papers
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import FiguresTaken
from deliberation.minutes.markdown import to_markdown
from deliberation.minutes.paper import TEMPLATE, to_paper
from deliberation.people.models import Community, Organisation
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of
from deliberation.reports.facts import Facts, Period
from deliberation.reports.feedback import Feedback, feedback_of
from deliberation.reports.figures import Change, Line, Name, change, figures_of
from deliberation.reports.gathering import aside, facts_of
from deliberation.reports.models import EarlierFigures
from deliberation.reports.table import (
    HEADERS,
    LARGEST_FILE,
    LONGEST,
    Quoted,
    quoted,
    read_rows,
    rows_of,
)
from deliberation.reports.telling import narrate
from deliberation.sheets import Limits, read_table, write_csv

FIRST_YEAR = 2000
LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The same figure a year before: `value` as it is known, `source` empty where this service
    counted it itself. `is_checked` is False where its numbers were quoted without what makes
    them."""

    value: Fraction | None
    shown: str
    source: str
    is_checked: bool
    change: Change | None


def check_period(year: int, month: int | None, today: date) -> Period:
    """Raises FIELD_INVALID for one that cannot have figures."""
    if not FIRST_YEAR <= year <= today.year:
        raise Refusal(Code.FIELD_INVALID, field=N_("年份"))
    if month is not None and not 1 <= month <= 12:
        raise Refusal(Code.FIELD_INVALID, field=N_("月份"))
    return Period(year=year, month=month)


def check_earlier(year: int, today: date) -> Period:
    """A year that is over: this one is counted here. Raises FIELD_INVALID."""
    period = check_period(year, None, today)
    if period.holds(today):
        raise Refusal(Code.FIELD_INVALID, field=N_("年份"))
    return period


async def figures_for(
    community: Community, period: Period, today: date
) -> tuple[Facts, list[Line]]:
    facts = await facts_of(community, period, today)
    return facts, await aside(lambda: figures_of(facts))


def as_csv(lines: Sequence[Line]) -> bytes:
    """A file that `take_earlier` reads back to the same figures."""
    return write_csv(HEADERS, rows_of([quoted(line) for line in lines]))


def from_file(data: bytes, filename: str) -> list[Quoted]:
    """The figures of a file. Raises a `sheet.` code, FIGURES_UNREADABLE, INTAKE_COLUMN_MISSING."""
    return read_rows(read_table(data, filename, limits=Limits(size=LARGEST_FILE, rows=LONGEST)))


@journal.shielded
async def take_earlier(
    actor: Actor, period: Period, rows: Sequence[Quoted], source: str, *, at: datetime
) -> None:
    """Keep figures of a period that this service has not seen itself, as they were quoted; taking
    them again replaces them."""
    actor.require(Permission.PREPARE)
    said = source.strip()
    if not said:
        raise Refusal(Code.FIELD_MISSING, field=N_("出处"))
    if len(said) > LONGEST_SOURCE:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("出处"), limit=LONGEST_SOURCE)
    if not rows:
        raise Refusal(Code.SHEET_EMPTY)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        await EarlierFigures.filter(community_id=community, period=period.key).delete()
        await EarlierFigures.create(
            community_id=community,
            period=period.key,
            data=write_csv(HEADERS, rows_of(rows)).decode("utf-8-sig"),
            source=said,
            taken_at=at,
        )
        entry.tell(FiguresTaken(period=period.key, source=said))


async def earlier_figures(community: UUID, period: Period) -> tuple[list[Quoted], str] | None:
    """What was taken over for a period, and where it stands."""
    found = await EarlierFigures.get_or_none(community_id=community, period=period.key)
    if found is None:
        return None
    rows = await aside(lambda: from_file(found.data.encode(), "earlier.csv"))
    return rows, found.source


async def taken_periods(community: UUID) -> list[EarlierFigures]:
    return (
        await EarlierFigures.filter(community_id=community)
        .order_by("-period")
        .only("id", "period", "source", "taken_at")
    )


async def compared(
    community: Community, period: Period, lines: Sequence[Line], today: date
) -> Mapping[Name, Compared]:
    """Each overall figure beside the same one a year before: as taken over from a file, else as
    counted here, if anything was."""
    taken = await earlier_figures(community.id, period.earlier)
    if taken is not None:
        before, source = taken
    else:
        _facts, counted = await figures_for(community, period.earlier, today)
        has_any = any(line.figure.n for line in counted)
        before, source = [quoted(line) for line in counted] if has_any else [], ""
    known = {row.name: row for row in before if row.dimension == "all"}
    return {
        line.figure.name: _compare(known[line.figure.name], line, source)
        for line in lines
        if line.dimension == "all" and line.figure.name in known
    }


def _compare(before: Quoted, now: Line, source: str) -> Compared:
    value = before.number
    is_alike = before.unit is now.figure.unit and not before.is_least
    return Compared(
        value=value,
        shown=before.value,
        source=source,
        is_checked=not source or before.is_checked,
        change=change(value, now.figure.value) if is_alike else None,
    )


async def communities_below(community: Community) -> list[Community]:
    """The community itself and all below it, whatever the level."""
    found, seen = [community], {community.id}
    while found:
        rows = await Community.filter(parent_id__in=list(seen)).order_by("created_at", "id")
        new = [row for row in rows if row.id not in seen]
        if not new:
            break
        found += new
        seen |= {row.id for row in new}
    return found


async def feedback_for(
    community: Community, organisation: UUID, period: Period, today: date
) -> Feedback:
    """What an organisation of the community did in a year, also in the communities below it.
    Raises NOT_FOUND for one of elsewhere."""
    found = await Organisation.get_or_none(id=organisation, community_id=community.id)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return await feedback_of(found, await communities_below(community), period, today)


async def feedback_as(
    feedback: Feedback, kind: str, translations: NullTranslations, language: str, fonts: Path | None
) -> bytes:
    """The document as `pdf` or `md`. Raises NOT_FOUND for another kind, PAPER_NOT_MADE."""
    narrative = narrate(feedback, translate=translations.gettext, language=language)
    if kind == "md":
        return to_markdown(narrative).encode()
    if kind != "pdf":
        raise Refusal(Code.NOT_FOUND)
    paper = to_paper(narrative)
    return await papers.to_pdf(TEMPLATE, paper, document_date=feedback.made_on, fonts=fonts)
