"""Suggestions, measures and problems solved: counted apart, and who led to whom. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.sheets.columns import identity_key

LONGEST_WORDS = 250
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Problem:
    """What was solved: a demand of the list, or what the words say."""

    demand: UUID | None
    words: str

    @property
    def key(self) -> str:
        """Alike for the same problem, whichever measure solved it."""
        return str(self.demand) if self.demand is not None else identity_key(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Three numbers of different things: none is a share of another."""

    suggestions: int
    measures: int
    measures_done: int
    problems: int


def distinct(problems: Iterable[Problem]) -> dict[str, Problem]:
    """Each problem once, in the order in which it was solved first."""
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(problem.key, problem)
    return found


def check_words(text: str, field: str, limit: int) -> str:
    """The text without its edges. Raises FIELD_MISSING, FIELD_TOO_LONG."""
    clean = text.strip()
    if not clean:
        raise Refusal(Code.FIELD_MISSING, field=field)
    if len(clean) > limit:
        raise Refusal(Code.FIELD_TOO_LONG, field=field, limit=limit)
    return clean


def check_sources(suggestions: Sequence[UUID]) -> list[UUID]:
    """Each once; at least one. Raises FIELD_MISSING."""
    if not suggestions:
        raise Refusal(Code.FIELD_MISSING, field=N_("根据哪些建议"))
    return list(dict.fromkeys(suggestions))


def next_number(year: int, taken: Iterable[str]) -> str:
    """The next free one of a year, such as 2026-014."""
    prefix = f"{year}-"
    tails = [number.removeprefix(prefix) for number in taken if number.startswith(prefix)]
    last = max((int(tail) for tail in tails if tail.isascii() and tail.isdecimal()), default=0)
    return f"{prefix}{last + 1:03}"
