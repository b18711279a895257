"""Where a demand may be sent, until when it is answered, how soon service settles it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from zoneinfo import ZoneInfo

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_

LONGEST_REASON = 500
LONGEST_WORDS = 1_000
LONGEST_NAME = 80
FURTHEST_DAYS = 3 * 366
"""A day further away than that was mistyped."""
MOST_DAYS = 366


class Route(StrEnum):
    """Where triage sends a demand."""

    DELIBERATION = "deliberation"
    """Stays on the list, from which agendas are drawn."""
    SERVICE = "service"
    """直办: somebody simply does it."""
    AUTHORITY = "authority"
    """吹哨报到: the subdistrict whistles, the department reports by a date."""
    MEDIATION = "mediation"
    """A dispute between identified persons: it never stands in public."""
    PETITION = "petition"
    DECLINED = "declined"


class HandoverState(StrEnum):
    OPEN = "open"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What came back. `ACCEPTED` is said of a petition that is still open."""

    ACCEPTED = "accepted"
    SETTLED = "settled"
    UNSETTLED = "unsettled"
    REFUSED = "refused"
    DISPUTED = "disputed"
    """It was called settled, and whoever asked says that it is not."""


HANDED: Sequence[Route] = (Route.SERVICE, Route.AUTHORITY, Route.MEDIATION, Route.PETITION)
"""Those by which a demand is handed to somebody by name."""
QUIET: Sequence[Route] = (Route.MEDIATION, Route.PETITION)
"""Those of which words are for staff and for who asked only."""
RETURNS: Sequence[Outcome] = (Outcome.SETTLED, Outcome.UNSETTLED, Outcome.REFUSED)
SERVICE_DAYS: Sequence[int] = (0, 1, 2)
"""Days after today: 当天, 两天内, 三天内."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """How many days each answer may take; an operator changes them. `source` says what they rest
    on (信访工作条例: told within 15 days whether it is accepted, closed within 60)."""

    answer: int = 7
    """From the day it was raised until it is settled where it goes."""
    deliberation: int = 31
    service: int = 2
    mediation: int = 30
    accepted: int = 15
    closed: int = 60
    again: int = 7
    """In which whoever asked may say that it was not done."""
    source: str = N_(
        "默认值。信访两项按《信访工作条例》：15日内告知是否受理，受理之日起60日内办结；"
        "其余由社区自己定。"
    )

    def to_json(self) -> dict[str, int | str]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


COUNTS: Mapping[str, str] = MappingProxyType(
    {
        "answer": N_("分流"),
        "deliberation": N_("留在清单议事"),
        "service": N_("直办"),
        "mediation": N_("调解"),
        "accepted": N_("信访告知是否受理"),
        "closed": N_("信访办结"),
        "again": N_("说“没有解决”"),
    }
)
"""What each number of days is for, in words."""


def days_from(data: Mapping[str, object] | None) -> Days:
    """What was adopted; what it does not name is as shipped."""
    known = {one.name for one in fields(Days)}
    given = {name: value for name, value in (data or {}).items() if name in known}
    return Days(**given)  # type: ignore[arg-type]  # stored by `check_days`


def check_days(days: Days) -> None:
    """Raises FIELD_INVALID for days that are none, FIELD_MISSING without a source."""
    for name, words in COUNTS.items():
        least = 0 if name == "service" else 1
        if not least <= getattr(days, name) <= MOST_DAYS:
            raise Refusal(Code.FIELD_INVALID, field=words)
    if not days.source.strip():
        raise Refusal(Code.FIELD_MISSING, field=N_("依据"))
    if len(days.source) > LONGEST_REASON:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("依据"), limit=LONGEST_REASON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is asked about a demand before it is sent anywhere. `was_public`: it has been business
    of a meeting, whose record names it."""

    state: str
    is_private: bool = False
    was_public: bool = False


def check_route(standing: Standing, route: Route) -> None:
    """Only what waits on the list or is away may be sent, and nothing back into public that was a
    dispute. Raises DEMAND_ROUTE_UNSUITABLE."""
    if standing.state not in ("listed", "referred"):
        raise Refusal(Code.DEMAND_ROUTE_UNSUITABLE)
    if standing.is_private and route is Route.DELIBERATION:
        raise Refusal(Code.DEMAND_ROUTE_UNSUITABLE)
    if standing.was_public and route is Route.MEDIATION:
        raise Refusal(Code.DEMAND_ROUTE_UNSUITABLE)


def local_day(at: datetime, zone: str) -> date:
    """The day that it is there."""
    return at.astimezone(ZoneInfo(zone)).date()


def due_on(route: Route, today: date, days: Days, chosen: date | None) -> date | None:
    """The day until which an answer is due; nothing is due of what was declined.

    Raises FIELD_MISSING where an authority is given no day, DEADLINE_IN_THE_PAST, FIELD_INVALID.
    """
    if route is Route.DECLINED:
        return None
    if route is Route.PETITION:
        return today + timedelta(days=days.closed)
    if chosen is None:
        return today + timedelta(days=_usual(route, days))
    if chosen < today:
        raise Refusal(Code.DEADLINE_IN_THE_PAST)
    if (chosen - today).days > FURTHEST_DAYS:
        raise Refusal(Code.FIELD_INVALID, field=N_("期限"))
    return chosen


def _usual(route: Route, days: Days) -> int:
    if route is Route.AUTHORITY:
        raise Refusal(Code.FIELD_MISSING, field=N_("期限"))
    usual = {
        Route.DELIBERATION: days.deliberation,
        Route.SERVICE: days.service,
        Route.MEDIATION: days.mediation,
    }
    return usual[route]


def first_due_on(route: Route, today: date, days: Days, due: date) -> date:
    """The day that whoever it is handed to has: of a petition, to say whether it is accepted."""
    return today + timedelta(days=days.accepted) if route is Route.PETITION else due


def answer_due_on(raised_on: date, due: date | None, days: Days) -> date:
    """Until when it is to be settled where a demand goes; `due` where it came back since."""
    return due if due is not None else raised_on + timedelta(days=days.answer)


def reason_from(text: str, route: Route) -> str:
    """Trimmed. Raises REASON_REQUIRED where a demand is sent away or declined, FIELD_TOO_LONG."""
    reason = text.strip()
    if not reason and route is not Route.DELIBERATION:
        raise Refusal(Code.REASON_REQUIRED)
    if len(reason) > LONGEST_REASON:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("理由"), limit=LONGEST_REASON)
    return reason


def words_from(text: str, field: str) -> str:
    """Trimmed. Raises FIELD_MISSING, FIELD_TOO_LONG."""
    words = text.strip()
    if not words:
        raise Refusal(Code.FIELD_MISSING, field=field)
    if len(words) > LONGEST_WORDS:
        raise Refusal(Code.FIELD_TOO_LONG, field=field, limit=LONGEST_WORDS)
    return words


def name_from(text: str) -> str:
    """Whom it is handed to. Raises FIELD_MISSING, FIELD_TOO_LONG."""
    name = " ".join(text.split())
    if not name:
        raise Refusal(Code.FIELD_MISSING, field=N_("交给谁"))
    if len(name) > LONGEST_NAME:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("交给谁"), limit=LONGEST_NAME)
    return name


def may_dispute(answered_on: date, today: date, days: Days, disputes: int) -> bool:
    """Whoever asked says once, and within so many days, that it was not done."""
    return disputes == 0 and today <= answered_on + timedelta(days=days.again)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One time of direct service; `settled_on` is None while it is open, came back undone or is
    disputed by who asked."""

    handed_on: date
    settled_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cumulative:
    """Of `n` handed to direct service: how many were settled on the same day, within two days
    (which counts those of the same day), within three, and at any time."""

    n: int
    same_day: int
    two_days: int
    three_days: int
    settled: int

    @property
    def shares(self) -> tuple[Fraction, Fraction, Fraction] | None:
        """Exact; None of none."""
        if not self.n:
            return None
        return (
            Fraction(self.same_day, self.n),
            Fraction(self.two_days, self.n),
            Fraction(self.three_days, self.n),
        )


def cumulative(served: Iterable[Served]) -> Cumulative:
    """The first of two days is that of the hand-over. All count in `n`, settled or not."""
    rows = list(served)
    took = [(row.settled_on - row.handed_on).days for row in rows if row.settled_on is not None]
    same_day, two_days, three_days = (sum(days <= most for days in took) for most in SERVICE_DAYS)
    return Cumulative(
        n=len(rows),
        same_day=same_day,
        two_days=two_days,
        three_days=three_days,
        settled=len(took),
    )
