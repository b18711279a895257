"""Instant run-off: the last option is eliminated and its papers go to their next choice.

One seat: until an option has more than half of the papers that still choose between continuing
options (Robert's Rules of Order, 12th ed., 45:62, preferential voting; Burlington, Vermont 2005).
Several seats: until no more options are left than seats, for which no majority is asked.

One option is eliminated a round. Of a tie for the least votes, the one that had fewer in the most
recent round in which they differed; failing that the tie-break prefers the others, and without
one the order of the list does. A step names it.

Where a paper puts several options equal, each continuing one of them has an equal share of it.
"""

from collections.abc import Sequence
from fractions import Fraction

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.rulesets.exact import amount_text
from deliberation.tally.counted import Count, Step, figures, grouped
from deliberation.tally.earlier import lowest
from deliberation.tally.profile import Profile
from deliberation.tally.standing import Groups, elected, rankings
from deliberation.tally.ties import TieBreak

Votes = dict[int, Fraction]


def count_irv(profile: Profile, tie_break: TieBreak | None = None) -> Count:
    """Eliminates until one option has a majority, or as many are left as there are seats."""
    papers = rankings(profile)
    blank = papers.pop((), 0)
    steps = [Step(says=_received(profile.votes, blank))]
    rounds: list[Votes] = []
    continuing = list(profile.standing)
    eliminated: list[int] = []
    while True:
        rounds.append(_tally(papers, continuing))
        steps.append(_round(len(rounds), rounds[-1], profile.votes - blank))
        first = _first(rounds[-1], profile.seats)
        if first or not continuing:
            break
        last, said = lowest(profile.labels, continuing, rounds, tie_break)
        text = N_("淘汰 {label}，其票转给下一选择。")
        steps += [*said, Step(says=say(text, label=profile.labels[last]))]
        continuing.remove(last)
        eliminated.append(last)
    winners = tuple(option for group in first for option in group)
    others = {n: votes for n, votes in rounds[-1].items() if n not in winners}
    return Count(
        method="irv",
        seats=profile.seats,
        votes=profile.votes,
        labels=profile.labels,
        winners=winners,
        order=(*first, *grouped(others), *((option,) for option in reversed(eliminated))),
        steps=(*steps, elected(profile.labels, winners)),
    )


def _tally(papers: dict[Groups, int], continuing: Sequence[int]) -> Votes:
    votes = dict.fromkeys(continuing, Fraction(0))
    for groups, copies in papers.items():
        for group in groups:
            equal = [option for option in group if option in votes]
            if equal:
                for option in equal:
                    votes[option] += Fraction(copies, len(equal))
                break
    return votes


def _first(votes: Votes, seats: int) -> tuple[tuple[int, ...], ...]:
    """Who is elected after this round, in order; nobody while the count goes on."""
    order = grouped(votes)
    if len(votes) <= seats:
        return order
    if seats == 1 and 2 * votes[order[0][0]] > sum(votes.values()):
        return order[:1]
    return ()


def _received(votes: int, blank: int) -> Sentence:
    return say(
        N_("收到 {votes} 票：有效 {valid}，空白 {blank}。"),
        votes=votes,
        valid=votes - blank,
        blank=blank,
    )


def _round(number: int, votes: Votes, valid: int) -> Step:
    active = Fraction(sum(votes.values()))
    says = say(
        N_("第 {number} 阶段：计 {active} 票，半数为 {half}；已无可选的 {exhausted} 票。"),
        number=number,
        active=amount_text(active),
        half=amount_text(active / 2),
        exhausted=amount_text(valid - active),
    )
    return Step(says=says, figures=figures(votes))
