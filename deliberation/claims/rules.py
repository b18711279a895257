"""What may be offered and claimed, and when a thing goes to the level above. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.matters.planning import LONGEST_TITLE, MOST_LINES, Part


class ClaimState(StrEnum):
    CLAIMED = "claimed"
    REFUSED = "refused"
    RELEASED = "released"
    DONE = "done"
    ENDED = "ended"
    """What was claimed was ended without being done, for a reason told elsewhere."""


class Cause(StrEnum):
    UNCLAIMED = "unclaimed"
    OVERDUE = "overdue"
    DISSATISFIED = "dissatisfied"
    ASKED = "asked"


class EscalationState(StrEnum):
    LISTED = "listed"
    ASSIGNED = "assigned"
    DONE = "done"
    RETURNED = "returned"


class Finding(StrEnum):
    """How an assignment stands at a periodic review (调度)."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"
    DONE = "done"


OPEN = frozenset({EscalationState.LISTED, EscalationState.ASSIGNED})
LONGEST_REASON = 500
_FOR_ALL = frozenset({"", "deliberation"})
"""Where a demand may be on its way to: not looked at yet, or to be deliberated on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandFacts:
    """What is asked about a demand. `merged_into`: the title of the one that it went into."""

    number: str
    state: str = "listed"
    route: str = ""
    is_private: bool = False
    merged_into: str = ""
    is_offered: bool = False


def check_free(demand: DemandFacts) -> None:
    """Somebody may still take it on: raises DEMAND_MERGED, DEMAND_NOT_FOR_CLAIM, DEMAND_TAKEN_UP.
    A dispute between people is no more than a number to anybody here."""
    if demand.state == "merged":
        raise Refusal(Code.DEMAND_MERGED, title=demand.merged_into)
    if demand.is_private or demand.route not in _FOR_ALL:
        raise Refusal(Code.DEMAND_NOT_FOR_CLAIM, number=demand.number)
    if demand.state != "listed":
        raise Refusal(Code.DEMAND_TAKEN_UP, number=demand.number)


def check_claimable(demand: DemandFacts) -> None:
    """As `check_free`, and it was offered to all: raises DEMAND_NOT_OFFERED too."""
    check_free(demand)
    if not demand.is_offered:
        raise Refusal(Code.DEMAND_NOT_OFFERED, number=demand.number)


def check_deadline(due_on: date, today: date) -> None:
    """Today is not past. Raises DEADLINE_IN_THE_PAST."""
    if due_on < today:
        raise Refusal(Code.DEADLINE_IN_THE_PAST)


def reason_of(text: str) -> str:
    """A public reason, trimmed. Raises REASON_REQUIRED, FIELD_TOO_LONG."""
    reason = text.strip()
    if not reason:
        raise Refusal(Code.REASON_REQUIRED)
    if len(reason) > LONGEST_REASON:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("理由"), limit=LONGEST_REASON)
    return reason


def plan_from(text: str) -> tuple[Part, ...]:
    """A plan as people write it, a stage and its days on each line: "勘察 3", "施工，10天".

    Raises PLAN_UNREADABLE with the line that is none.
    """
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    stages = tuple(_stage(n, line) for n, line in lines)
    if len(stages) > MOST_LINES:
        raise Refusal(Code.PLAN_UNREADABLE, line=MOST_LINES + 1)
    return stages


def _stage(n: int, line: str) -> Part:
    bare = line.removesuffix("天").rstrip()
    title = bare.rstrip("0123456789")
    digits = bare[len(title) :]
    title = title.rstrip(" \t,，:：、")
    if not title or len(title) > LONGEST_TITLE or not 1 <= len(digits) <= 3 or not int(digits):
        raise Refusal(Code.PLAN_UNREADABLE, line=n)
    return Part(title=title, days=int(digits))


def waited_days(since: date, today: date) -> int:
    """Whole days; none when the clock went back."""
    return max(0, (today - since).days)


def is_unclaimed(offered_on: date, ended_on: date | None, today: date, limit: int) -> bool:
    """Nobody took it for so many days, since it was offered or last came back from above."""
    since = max(offered_on, ended_on) if ended_on else offered_on
    return today >= since + timedelta(days=limit)


def is_overdue(due_on: date, ended_on: date | None, today: date, limit: int) -> bool:
    """So many days past its day, or past the last time that it came back from above."""
    since = max(due_on, ended_on) if ended_on else due_on
    return today > since + timedelta(days=limit)
