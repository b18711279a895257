"""Which function counts by which method, and which method a file of votes asks for by itself."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from deliberation.i18n import N_
from deliberation.tally.choosing import count_approval, count_plurality, count_top
from deliberation.tally.counted import Count, grouped
from deliberation.tally.files.reading import Kind
from deliberation.tally.greedy import count_greedy
from deliberation.tally.judgment import count_judgment
from deliberation.tally.names import Method, unsuitable
from deliberation.tally.profile import Paper, Profile
from deliberation.tally.rating import count_rating
from deliberation.tally.runoff import count_irv
from deliberation.tally.schulze import count_schulze
from deliberation.tally.shares import Completion, count_equal_shares
from deliberation.tally.stv import count_stv
from deliberation.tally.ties import TieBreak

Counting = Callable[[Profile, TieBreak | None], Count]

COUNTING: Mapping[Method, Counting] = MappingProxyType(
    {
        Method.PLURALITY: count_plurality,
        Method.APPROVAL: count_approval,
        Method.TOP: count_top,
        Method.SCHULZE: count_schulze,
        Method.IRV: count_irv,
        Method.STV: count_stv,
        Method.RATING: count_rating,
        Method.MAJORITY_JUDGMENT: count_judgment,
        Method.GREEDY: count_greedy,
        Method.EQUAL_SHARES: count_equal_shares,
    }
)

_ORDERING = (Method.PLURALITY, Method.SCHULZE, Method.IRV, Method.STV)
_CHOOSING = (Method.APPROVAL, Method.TOP)

MOST_IN_PAIRS = 500
"""More options cannot be compared two by two in any bearable time: the work grows as the cube."""


def count(
    method: Method,
    profile: Profile,
    tie_break: TieBreak | None = None,
    completion: Completion = "add1u",
) -> Count:
    """Count by a method. `completion` is for the Method of Equal Shares.

    Where papers have grades and no ranking, methods that want an order take the grades as one.
    Refuses with TALLY_METHOD_UNSUITABLE votes that mean nothing to the method.
    """
    if method is Method.EQUAL_SHARES:
        return count_equal_shares(profile, tie_break, completion=completion)
    if method is Method.SCHULZE and len(profile.labels) > MOST_IN_PAIRS:
        raise unsuitable(method, N_("选项太多，两两比较最多500个。"))
    has_only_grades = any(paper.grades and not paper.ranking for paper in profile.papers)
    if has_only_grades and method in _CHOOSING:
        raise unsuitable(method, N_("票上是分数，没有写选了哪些。"))
    if has_only_grades and method in _ORDERING:
        profile = _ordered(profile)
    return COUNTING[method](profile, tie_break)


def _ordered(profile: Profile) -> Profile:
    papers = tuple(
        Paper(copies=paper.copies, ranking=paper.ranking or grouped(dict(paper.grades)))
        for paper in profile.papers
    )
    return msgspec.structs.replace(profile, papers=papers)


def default_method(kind: Kind, profile: Profile) -> Method:
    """What a file is usually counted by: for a table it depends on what the papers hold."""
    if kind is Kind.BLT:
        return Method.STV
    if kind is Kind.PREFLIB:
        return Method.SCHULZE
    if kind is Kind.PABULIB:
        return Method.EQUAL_SHARES
    if any(paper.grades for paper in profile.papers):
        return Method.RATING
    if all(len(paper.named) <= 1 for paper in profile.papers):
        return Method.PLURALITY
    if all(len(paper.ranking) <= 1 for paper in profile.papers):
        return Method.APPROVAL
    return Method.SCHULZE if profile.seats == 1 else Method.STV
