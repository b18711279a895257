"""Scheduling backwards from the day that was promised (倒排工期). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_

LONGEST_TITLE = 80
MOST_LINES = 12

Line = tuple[str, date]
"""A milestone: what is then finished, and the day until which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of the work and how many days it takes."""

    title: str
    days: int


def backwards(starts_on: date, due_on: date, parts: Sequence[Part]) -> list[Line]:
    """The day on which each part is to be finished, the last on the promised day itself.

    Where the parts take longer than there is time, all are shortened alike, so that none is to be
    finished before the work begins. Raises DEADLINE_IN_THE_PAST for a day before the first, and
    FIELD_INVALID for days that are none.
    """
    if due_on < starts_on:
        raise Refusal(Code.DEADLINE_IN_THE_PAST)
    if any(part.days < 0 for part in parts):
        raise Refusal(Code.FIELD_INVALID, field=N_("天数"))
    whole = sum(part.days for part in parts)
    span = min(whole, (due_on - starts_on).days)
    lines: list[Line] = []
    left = whole
    for part in parts:
        left -= part.days
        back = left * span // whole if whole else 0
        lines.append((part.title.strip(), due_on - timedelta(days=back)))
    return lines


def check_lines(lines: Sequence[Line], *, today: date, due_on: date) -> None:
    """Raises FIELD_MISSING, FIELD_TOO_LONG, DEADLINE_IN_THE_PAST, and MILESTONE_TOO_LATE for what
    would be finished after the task."""
    if not 0 < len(lines) <= MOST_LINES:
        raise Refusal(Code.FIELD_INVALID, field=N_("节点"))
    for title, on in lines:
        if not title.strip():
            raise Refusal(Code.FIELD_MISSING, field=N_("节点"))
        if len(title.strip()) > LONGEST_TITLE:
            raise Refusal(Code.FIELD_TOO_LONG, field=N_("节点"), limit=LONGEST_TITLE)
        if on < today:
            raise Refusal(Code.DEADLINE_IN_THE_PAST)
        if on > due_on:
            raise Refusal(Code.MILESTONE_TOO_LATE, title=title.strip())


def percent(reached: int, planned: int) -> int | None:
    """How far a task has come, from its milestones alone; None where none are planned."""
    return reached * 100 // planned if planned else None
