"""What was voted, as every method counts it: options, and papers with how many are alike.

Candidates, projects and answers are all options here, known by their number from 0.
"""

from collections.abc import Iterable
from fractions import Fraction

import msgspec

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """Votes that chose alike.

    `ranking` holds the options named, the most preferred first; those of one group stand equal. An
    approval is one group. `grades` are pairs of an option and its grade, the higher the better. A
    paper with neither is blank: it was cast and chooses nothing.
    """

    copies: int = 1
    ranking: tuple[tuple[int, ...], ...] = ()
    grades: tuple[tuple[int, int], ...] = ()

    @property
    def named(self) -> tuple[int, ...]:
        """All options that the ranking names, in its order."""
        return tuple(option for group in self.ranking for option in group)


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A whole vote, ready to be counted. `costs` and `budget` are in the file's own unit of money.

    Refuses with TALLY_UNREADABLE what does not fit together: an option that is not there, one
    named twice on a paper, copies below 1, a cost below 0, labels that are not distinct.
    """

    labels: tuple[str, ...]
    papers: tuple[Paper, ...]
    seats: int = 1
    withdrawn: frozenset[int] = frozenset()
    title: str = ""
    costs: tuple[Fraction, ...] = ()
    budget: Fraction | None = None

    def __post_init__(self) -> None:
        if len(set(self.labels)) != len(self.labels) or not self.labels or self.seats < 1:
            raise Refusal(Code.TALLY_UNREADABLE, line=0, why=N_("选项不全或者重复"))
        if self.costs and (len(self.costs) != len(self.labels) or min(self.costs) < 0):
            raise Refusal(Code.TALLY_UNREADABLE, line=0, why=N_("费用不对"))
        for paper in self.papers:
            named, graded = paper.named, [option for option, _grade in paper.grades]
            if paper.copies < 1 or not (self._are_options(named) and self._are_options(graded)):
                raise Refusal(Code.TALLY_UNREADABLE, line=0, why=N_("票上的选项不对"))

    def _are_options(self, options: Iterable[int]) -> bool:
        listed = list(options)
        return len(set(listed)) == len(listed) and all(
            0 <= option < len(self.labels) for option in listed
        )

    @property
    def votes(self) -> int:
        """All papers, blank ones among them."""
        return sum(paper.copies for paper in self.papers)

    @property
    def standing(self) -> tuple[int, ...]:
        """The options that have not withdrawn, in the order of the list."""
        return tuple(n for n in range(len(self.labels)) if n not in self.withdrawn)
