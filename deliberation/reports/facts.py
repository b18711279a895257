"""What figures are counted from: plain facts, days in the community's zone. Pure."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from deliberation.demands.routes import Served

SETTLED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A year, or a month of it; `upto` is the last day that has been counted."""

    year: int
    month: int | None = None

    @property
    def first(self) -> date:
        return date(self.year, self.month or 1, 1)

    @property
    def after(self) -> date:
        """The first day that is not in it any more."""
        if self.month is None or self.month == 12:
            return date(self.year + 1, 1, 1)
        return date(self.year, self.month + 1, 1)

    @property
    def earlier(self) -> "Period":
        """The same one a year before."""
        return Period(year=self.year - 1, month=self.month)

    @property
    def key(self) -> str:
        return f"{self.year}-{self.month:02}" if self.month else str(self.year)

    def holds(self, on: date | None) -> bool:
        return on is not None and self.first <= on < self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandFact:
    """A demand that was raised in the period, and how far it has come. Words are in none of it."""

    id: UUID
    domain: str
    place: str
    """The path of its place in the tree; empty: not named."""
    channel: str
    route: str
    state: str
    raised_on: date
    triaged_on: date | None = None
    taken_on: date | None = None
    """Its matter was opened: by a notice or by a claim."""
    decided_on: date | None = None
    delivered_on: date | None = None
    settled_on: date | None = None
    organisation: str = ""
    is_claimed: bool = False
    """Some organisation has it, or had it until it was done, by a claim of its own."""
    refusals: int = 0
    releases: int = 0
    is_escalated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFact:
    """A piece of work that was set in the period."""

    organisation: str
    origin: str
    state: str
    set_on: date
    first_due_on: date
    due_on: date
    done_on: date | None = None
    postponements: int = 0
    organisation_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFact:
    """One time of asking; `marks` are those given, 1 to 5."""

    matter: UUID
    organisation: str
    domain: str
    opened_on: date
    asked: int
    marks: tuple[int, ...]
    outcome: str
    organisation_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotFact:
    """A motion that was decided: votes for it, of how many in its base, and what was asked for."""

    title: str
    on: date
    part: int
    whole: int
    required: int
    cast: int
    is_adopted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingFact:
    """A meeting that was held; minutes as planned and as used."""

    title: str
    on: date
    planned: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFact:
    """A matter under way now."""

    step: str
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a page of figures is made of."""

    period: Period
    today: date
    demands: tuple[DemandFact, ...] = ()
    tasks: tuple[TaskFact, ...] = ()
    evaluations: tuple[EvaluationFact, ...] = ()
    ballots: tuple[BallotFact, ...] = ()
    meetings: tuple[MeetingFact, ...] = ()
    matters: tuple[MatterFact, ...] = ()
    served: tuple[Served, ...] = ()
    """Demands handed to direct service in the period."""
    suggestions: int = 0
    measures: int = 0
    problems: int = 0
    organisations: tuple[str, ...] = field(default=())
