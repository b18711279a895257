"""Projects for a budget the way most cities fund them: the most supported first, if it still fits.

That is the rule called "greedy" in Pabulib (Faliszewski et al. 2023, "Participatory Budgeting:
Data, Tools, and Analysis"): a project that no longer fits is passed over, and cheaper ones below it
still have their chance. What nobody asked for is never funded, even if it would fit.
"""

from collections.abc import Collection, Mapping
from fractions import Fraction

from deliberation.i18n import N_
from deliberation.i18n.sentences import say
from deliberation.rulesets.exact import amount_text
from deliberation.tally.counted import Count, Step, figures, grouped
from deliberation.tally.names import Method, unsuitable
from deliberation.tally.profile import Profile
from deliberation.tally.ties import TieBreak, by_list

Funded = tuple[tuple[int, ...], tuple[Step, ...]]
"""The projects in the order in which they were funded, and the working."""


def count_greedy(profile: Profile, tie_break: TieBreak | None = None) -> Count:
    """Fund by support while the budget lasts. `seats` of the count is how many projects are funded.

    A tie matters only where the budget does not suffice for all that are tied; it is then broken by
    `tie_break`, by the order of the list without one, and a step says so. Refuses with
    TALLY_METHOD_UNSUITABLE a vote without costs or budget.
    """
    budget = require_budget(profile, Method.GREEDY)
    support = supports(profile)
    order = grouped(support)
    winners, funding = fund(profile, support, budget, tie_break or by_list)
    return Count(
        method=Method.GREEDY,
        seats=len(winners),
        votes=profile.votes,
        labels=profile.labels,
        winners=winners,
        order=order,
        steps=(
            Step(
                says=say(N_("预算{budget}；各项目得到的支持"), budget=amount_text(budget)),
                figures=figures(support),
            ),
            *funding,
        ),
    )


def require_budget(profile: Profile, method: Method) -> Fraction:
    """The budget. Refuses with TALLY_METHOD_UNSUITABLE a vote that is not about money."""
    if not profile.costs or profile.budget is None:
        raise unsuitable(method, N_("文件里没有项目的费用和预算。"))
    return profile.budget


def supports(profile: Profile) -> dict[int, int]:
    """How much all papers together support each option that stands.

    The sum of its points where papers give points. Otherwise by rank: the last of the longest
    ranking in the file is worth 1 and each place before it one more, as cities with ordinal votes
    count (Kraków: 3, 2, 1); of an approval each option is thus worth 1.
    """
    support = dict.fromkeys(profile.standing, 0)
    has_points = any(paper.grades for paper in profile.papers)
    most = max((len(paper.ranking) for paper in profile.papers), default=0)
    for paper in profile.papers:
        points = paper.grades
        if not has_points:
            points = tuple((n, most - at) for at, g in enumerate(paper.ranking) for n in g)
        for option, worth in points:
            if option in support:
                support[option] += worth * paper.copies
    return support


def fund(
    profile: Profile,
    support: Mapping[int, int],
    budget: Fraction,
    choose: TieBreak,
    funded: Collection[int] = (),
) -> Funded:
    """Fund what is not `funded` yet and fits into the `budget` that is left, by support."""
    left, winners, steps = budget, [], []
    wanted = {n: worth for n, worth in support.items() if worth > 0 and n not in funded}
    for group in grouped(wanted):
        fitting = [n for n in group if profile.costs[n] <= left]
        is_tie = len(fitting) > 1 and sum(profile.costs[n] for n in fitting) > left
        if is_tie:
            steps.append(_tie_step(profile, fitting, wanted[group[0]], choose))
        for option in choose(group) if is_tie else group:
            cost = profile.costs[option]
            if fits := cost <= left:
                winners.append(option)
                left -= cost
            steps.append(_funding_step(profile, option, support[option], left, fits=fits))
    return tuple(winners), tuple(steps)


def _tie_step(profile: Profile, tied: list[int], support: int, choose: TieBreak) -> Step:
    text = (
        N_("{options}得到的支持一样多（{support}），剩下的钱不够都资助，按名单顺序决定先后")
        if choose is by_list
        else N_("{options}得到的支持一样多（{support}），剩下的钱不够都资助，按抽签决定先后")
    )
    options = "、".join(profile.labels[n] for n in tied)
    return Step(says=say(text, options=options, support=support))


def _funding_step(
    profile: Profile, option: int, support: int, left: Fraction, *, fits: bool
) -> Step:
    text = (
        N_("资助{option}（支持{support}，费用{cost}），还剩{left}")
        if fits
        else N_("{option}（支持{support}，费用{cost}）超过剩下的{left}，跳过")
    )
    return Step(
        says=say(
            text,
            option=profile.labels[option],
            support=support,
            cost=amount_text(profile.costs[option]),
            left=amount_text(left),
        )
    )
