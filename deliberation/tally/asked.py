"""Counting what residents were asked: from votes as text to the count of the method."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType

from deliberation.i18n import N_
from deliberation.rulesets.questions import ABSTAIN, NONE, Method, Question
from deliberation.tally.choosing import count_approval, count_plurality, count_top
from deliberation.tally.counted import Count
from deliberation.tally.greedy import count_greedy
from deliberation.tally.judgment import count_judgment
from deliberation.tally.profile import Paper, Profile
from deliberation.tally.rating import count_rating
from deliberation.tally.runoff import count_irv
from deliberation.tally.schulze import count_schulze
from deliberation.tally.shares import count_equal_shares
from deliberation.tally.stv import count_stv
from deliberation.tally.ties import TieBreak

NONE_OF_THESE = N_("以上都不是")

_COUNTS: Mapping[Method, Callable[[Profile, TieBreak | None], Count]] = MappingProxyType(
    {
        "schulze": count_schulze,
        "irv": count_irv,
        "stv": count_stv,
        "rating": count_rating,
        "majority-judgment": count_judgment,
        "greedy": count_greedy,
        "equal-shares": count_equal_shares,
    }
)


def profile_of(question: Question, votes: Iterable[str]) -> Profile:
    """The votes as papers; who abstained is not among them, and a blank one is who chose 以上都不是
    where projects are funded. Where it may win otherwise, it is the last option."""
    copies = Counter(votes)
    del copies[ABSTAIN]
    has_none = question.has_none and not question.costs
    return Profile(
        labels=(*question.options, *([NONE_OF_THESE] if has_none else [])),
        papers=tuple(_paper(question, text, n) for text, n in sorted(copies.items())),
        seats=question.seats,
        costs=tuple(Fraction(cost, 100) for cost in question.costs),
        budget=Fraction(question.budget, 100) if question.costs else None,
    )


def _paper(question: Question, text: str, copies: int) -> Paper:
    if text == NONE:
        none = ((len(question.options),),) if not question.costs else ()
        return Paper(copies=copies, ranking=none)
    match question.shape:
        case "grades":
            grades = tuple((n, int(g)) for n, g in enumerate(text.split(",")) if g)
            return Paper(copies=copies, grades=grades)
        case "ranking":
            return Paper(copies=copies, ranking=tuple((int(n) - 1,) for n in text.split(">")))
        case _:
            return Paper(copies=copies, ranking=(tuple(int(n) - 1 for n in text.split(",")),))


def count_asked(
    question: Question, votes: Iterable[str], tie_break: TieBreak | None = None
) -> Count:
    """The count by the question's method; for a motion there is none (see `ballots.counting`)."""
    profile = profile_of(question, votes)
    none = len(question.options)
    match question.method:
        case "plurality":
            return count_plurality(profile, tie_break, none)
        case "approval":
            return count_approval(profile, tie_break, none)
        case "top":
            return count_top(profile, tie_break, none, question.may_name)
        case "for-against-abstain":
            raise ValueError("a motion is counted by its rule")
        case method:
            return _COUNTS[method](profile, tie_break)
