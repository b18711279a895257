"""Noting suggestions, taking measures, carrying them out, and the problems that they solved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.gatherings.venues import require_partner
from deliberation.i18n import N_
from deliberation.journal.events import (
    MeasureDone,
    MeasureTaken,
    ProblemSolved,
    SuggestionListed,
    SuggestionNoted,
)
from deliberation.matters.models import Matter
from deliberation.meetings.models import Meeting
from deliberation.people.finding import Named, person_named
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import community_of
from deliberation.suggestions import rules
from deliberation.suggestions.lineage import Lineage, lineage_of, problem_of
from deliberation.suggestions.models import Measure, MeasureSource, Solution, Suggestion

__all__ = [
    "Lineage",
    "Solving",
    "Taking",
    "finish_measure",
    "lineage_of",
    "list_as_demand",
    "note_suggestion",
    "require_measure",
    "require_suggestion",
    "solve",
    "take_measure",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """A measure: from which suggestions, by whom, until when, and carried out as which matter."""

    title: str
    suggestions: Sequence[UUID]
    organisation: UUID | None = None
    due_on: date | None = None
    matter: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solving:
    """A problem that is solved: a demand of the list, else what the words say."""

    words: str = ""
    demand: UUID | None = None
    solved_on: date | None = None


async def require_suggestion(community: UUID, suggestion: UUID) -> Suggestion:
    """Raises NOT_FOUND, for one of another community too."""
    found = await Suggestion.get_or_none(id=suggestion, community_id=community)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def require_measure(community: UUID, measure: UUID) -> Measure:
    """Raises NOT_FOUND, for one of another community too."""
    found = await Measure.get_or_none(id=measure, community_id=community)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


def _today(community: Community, at: datetime) -> date:
    return at.astimezone(ZoneInfo(community.zone)).date()


@journal.shielded
async def note_suggestion(
    actor: Actor,
    words: str,
    *,
    meeting: UUID | None = None,
    named: Named | None = None,
    key: bytes = b"",
    at: datetime,
) -> None:
    """What somebody suggested, in a meeting or elsewhere; who, if they want it known to staff.

    Raises FIELD_MISSING, FIELD_TOO_LONG, NOT_FOUND, PERSON_NOT_FOUND.
    """
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    clean = rules.check_words(words, N_("建议"), rules.LONGEST_WORDS)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        if meeting is not None and not await Meeting.exists(id=meeting, community_id=community.id):
            raise Refusal(Code.NOT_FOUND)
        person = await _person_of(community.id, named, key)
        taken = await Suggestion.filter(community_id=community.id).values_list("number", flat=True)
        noted = await Suggestion.create(
            community_id=community.id,
            meeting_id=meeting,
            number=rules.next_number(_today(community, at).year, map(str, taken)),
            words=clean,
            person_id=person,
            noted_at=at,
        )
        told = SuggestionNoted(
            suggestion=noted.id, number=noted.number, words=clean, meeting=meeting
        )
        private = {"person": str(person)} if person is not None else None
        entry.tell(told, subject=f"suggestion:{noted.id}", restricted=private)
        entry.answer["suggestion"] = str(noted.id)


async def _person_of(community: UUID, named: Named | None, key: bytes) -> UUID | None:
    if named is None or named == Named():
        return None
    person = await person_named(community, named, key)
    if person is None:
        raise Refusal(Code.PERSON_NOT_FOUND)
    return person


@journal.shielded
async def list_as_demand(actor: Actor, suggestion: UUID, demand: UUID, *, at: datetime) -> None:
    """Say that a suggestion was put on the list as this demand; the same again changes nothing.

    Raises SUGGESTION_LISTED when it is there as another.
    """
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await require_suggestion(community.id, suggestion)
        if found.demand_id == demand:
            return
        if found.demand_id is not None:
            raise Refusal(Code.SUGGESTION_LISTED)
        if not await Demand.exists(id=demand, community_id=community.id):
            raise Refusal(Code.NOT_FOUND)
        found.demand_id = demand
        await found.save(update_fields=["demand_id"])
        told = SuggestionListed(suggestion=suggestion, demand=demand)
        entry.tell(told, subject=f"suggestion:{suggestion}")


@journal.shielded
async def take_measure(actor: Actor, taking: Taking, *, at: datetime) -> None:
    """Raises FIELD_MISSING, FIELD_TOO_LONG, NOT_FOUND, ORGANISATION_LEFT, DAY_IN_THE_PAST."""
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    title = rules.check_words(taking.title, N_("措施"), rules.LONGEST_TITLE)
    sources = rules.check_sources(taking.suggestions)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        await _check_taking(community, taking, sources, at)
        taken = await Measure.filter(community_id=community.id).values_list("number", flat=True)
        measure = await Measure.create(
            community_id=community.id,
            number=rules.next_number(_today(community, at).year, map(str, taken)),
            title=title,
            organisation_id=taking.organisation,
            matter_id=taking.matter,
            due_on=taking.due_on,
            taken_at=at,
        )
        await MeasureSource.bulk_create(
            [MeasureSource(measure_id=measure.id, suggestion_id=source) for source in sources]
        )
        told = MeasureTaken(
            measure=measure.id,
            number=measure.number,
            title=title,
            suggestions=tuple(sources),
            matter=taking.matter,
        )
        entry.tell(told, subject=f"measure:{measure.id}")
        entry.answer["measure"] = str(measure.id)


async def _check_taking(
    community: Community, taking: Taking, sources: Sequence[UUID], at: datetime
) -> None:
    known = await Suggestion.filter(community_id=community.id, id__in=list(sources)).count()
    if known != len(sources):
        raise Refusal(Code.NOT_FOUND)
    if taking.organisation is not None:
        await require_partner(community.id, taking.organisation)
    if taking.due_on is not None and taking.due_on < _today(community, at):
        raise Refusal(Code.DAY_IN_THE_PAST)
    if taking.matter is not None and not await Matter.exists(
        id=taking.matter, community_id=community.id
    ):
        raise Refusal(Code.NOT_FOUND)


@journal.shielded
async def finish_measure(actor: Actor, measure: UUID, *, at: datetime) -> None:
    """It was carried out. Raises MEASURE_FINISHED."""
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await require_measure(community.id, measure)
        if found.done_at is not None:
            raise Refusal(Code.MEASURE_FINISHED)
        found.done_at = at
        await found.save(update_fields=["done_at"])
        entry.tell(MeasureDone(measure=measure), subject=f"measure:{measure}")


@journal.shielded
async def solve(actor: Actor, measure: UUID, solving: Solving, *, at: datetime) -> None:
    """A problem that the measure solved. Raises PROBLEM_THERE, FIELD_MISSING, FIELD_INVALID."""
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    today = _today(community, at)
    on = solving.solved_on or today
    if on > today:
        raise Refusal(Code.FIELD_INVALID, field=N_("哪天解决的"))
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        await require_measure(community.id, measure)
        words = await _problem_words(community.id, solving)
        problem = rules.Problem(solving.demand, words)
        there = await Solution.filter(measure_id=measure)
        if any(problem_of(one).key == problem.key for one in there):
            raise Refusal(Code.PROBLEM_THERE)
        solution = await Solution.create(
            measure_id=measure, demand_id=solving.demand, words=words, solved_on=on
        )
        told = ProblemSolved(
            measure=measure,
            solution=solution.id,
            words="" if solving.demand else words,
            demand=solving.demand,
        )
        entry.tell(told, subject=f"measure:{measure}")


async def _problem_words(community: UUID, solving: Solving) -> str:
    """A dispute between people is named nowhere: it is not there to be chosen."""
    if solving.demand is None:
        return rules.check_words(solving.words, N_("解决了什么问题"), rules.LONGEST_WORDS)
    found = await Demand.get_or_none(id=solving.demand, community_id=community, is_private=False)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found.title
