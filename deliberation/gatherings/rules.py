"""Terms in a body, agreements that end, and the words of both. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from deliberation.errors import Code, Refusal

BODY_KINDS = ("group", "council", "committee", "volunteers")
OFFICES = ("chair", "secretary", "member")
VENUE_KINDS = ("station", "hall", "courtyard", "other")
ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Term:
    """From a day to a day, both counted; without an end it goes on."""

    begins_on: date
    ends_on: date | None = None

    def holds(self, on: date) -> bool:
        return self.begins_on <= on and (self.ends_on is None or on <= self.ends_on)

    def overlaps(self, other: "Term") -> bool:
        """Whether they have a day in common."""
        begins_before = other.ends_on is None or self.begins_on <= other.ends_on
        return begins_before and (self.ends_on is None or other.begins_on <= self.ends_on)


def check_term(term: Term) -> None:
    """Raises TERM_BACKWARDS for an end before the begin."""
    if term.ends_on is not None and term.ends_on < term.begins_on:
        raise Refusal(Code.TERM_BACKWARDS)


def check_may_sit(term: Term, others: Iterable[Term]) -> None:
    """`others`: the same person's terms in the same body. Raises TERM_BACKWARDS, TERMS_OVERLAP."""
    check_term(term)
    if any(term.overlaps(other) for other in others):
        raise Refusal(Code.TERMS_OVERLAP)


def ends_soon(ends_on: date, today: date) -> bool:
    """Within thirty days, and not over yet."""
    return today <= ends_on <= today + ENDS_SOON
