"""What led to what, as it is read: of a matter, of a meeting, of a year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation.people.models import Community
from deliberation.suggestions.models import Measure, MeasureSource, Solution, Suggestion
from deliberation.suggestions.rules import Counts, Problem, distinct


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Suggestions, the measures that answer them, and what these solved; with the links."""

    suggestions: Sequence[Suggestion]
    measures: Sequence[Measure]
    problems: Sequence[Problem]
    sources: Sequence[MeasureSource]
    solutions: Sequence[Solution]

    @property
    def counts(self) -> Counts:
        return Counts(
            suggestions=len(self.suggestions),
            measures=len(self.measures),
            measures_done=sum(measure.done_at is not None for measure in self.measures),
            problems=len(self.problems),
        )

    def sources_of(self, measure: UUID) -> list[Suggestion]:
        wanted = {one.suggestion_id for one in self.sources if one.measure_id == measure}
        return [one for one in self.suggestions if one.id in wanted]

    def measures_of(self, suggestion: UUID) -> list[Measure]:
        wanted = {one.measure_id for one in self.sources if one.suggestion_id == suggestion}
        return [one for one in self.measures if one.id in wanted]

    def solved_by(self, measure: UUID) -> list[Solution]:
        return [one for one in self.solutions if one.measure_id == measure]


def problem_of(solution: Solution) -> Problem:
    return Problem(solution.demand_id, solution.words)


async def lineage_of(matter: UUID) -> Lineage:
    """Of the measures that are carried out as this matter."""
    return await _from_measures(await Measure.filter(matter_id=matter).order_by("number"))


async def lineage_of_measure(measure: Measure) -> Lineage:
    return await _from_measures([measure])


async def lineage_of_meeting(meeting: UUID) -> Lineage:
    """What was suggested there, and all that came of it."""
    return await _from_suggestions(await Suggestion.filter(meeting_id=meeting).order_by("number"))


async def lineage_outside(community: UUID, limit: int = 100) -> Lineage:
    """What was suggested in no meeting, the latest first, and all that came of it."""
    rows = Suggestion.filter(community_id=community, meeting_id__isnull=True)
    return await _from_suggestions(await rows.order_by("-noted_at", "-number").limit(limit))


async def lineage_of_year(community: Community, year: int) -> Lineage:
    """Suggestions that were noted, measures that were taken and problems that were solved in the
    year, each counted by its own date; links only between those."""
    begins, ends = _bounds(community, year)
    suggestions = await Suggestion.filter(
        community_id=community.id, noted_at__gte=begins, noted_at__lt=ends
    ).order_by("number")
    measures = await Measure.filter(
        community_id=community.id, taken_at__gte=begins, taken_at__lt=ends
    ).order_by("number")
    solutions = await Solution.filter(
        measure__community_id=community.id,
        solved_on__gte=date(year, 1, 1),
        solved_on__lte=date(year, 12, 31),
    ).order_by("solved_on", "id")
    return _made(suggestions, measures, await _sources(measures), solutions)


async def years_of(community: Community, today: date) -> list[int]:
    """From the first suggestion's year to this one, the latest first."""
    first = await Suggestion.filter(community_id=community.id).order_by("noted_at").first()
    zone = ZoneInfo(community.zone)
    begins = first.noted_at.astimezone(zone).year if first else today.year
    return list(range(today.year, min(begins, today.year) - 1, -1))


def _bounds(community: Community, year: int) -> tuple[datetime, datetime]:
    zone = ZoneInfo(community.zone)
    first, after = (datetime.combine(date(y, 1, 1), time(), zone) for y in (year, year + 1))
    return first.astimezone(UTC), after.astimezone(UTC)


async def _from_measures(measures: Sequence[Measure]) -> Lineage:
    sources = await _sources(measures)
    wanted = [one.suggestion_id for one in sources]
    suggestions = await Suggestion.filter(id__in=wanted).order_by("number") if wanted else []
    return _made(suggestions, measures, sources, await _solutions(measures))


async def _from_suggestions(suggestions: Sequence[Suggestion]) -> Lineage:
    wanted = [one.id for one in suggestions]
    sources = await MeasureSource.filter(suggestion_id__in=wanted) if wanted else []
    ids = [one.measure_id for one in sources]
    measures = await Measure.filter(id__in=ids).order_by("number") if ids else []
    return _made(suggestions, measures, sources, await _solutions(measures))


async def _sources(measures: Iterable[Measure]) -> Sequence[MeasureSource]:
    wanted = [measure.id for measure in measures]
    return await MeasureSource.filter(measure_id__in=wanted) if wanted else []


async def _solutions(measures: Iterable[Measure]) -> Sequence[Solution]:
    wanted = [measure.id for measure in measures]
    if not wanted:
        return []
    return await Solution.filter(measure_id__in=wanted).order_by("solved_on", "id")


def _made(
    suggestions: Sequence[Suggestion],
    measures: Sequence[Measure],
    sources: Sequence[MeasureSource],
    solutions: Sequence[Solution],
) -> Lineage:
    return Lineage(
        suggestions=suggestions,
        measures=measures,
        problems=list(distinct(map(problem_of, solutions)).values()),
        sources=sources,
        solutions=solutions,
    )
