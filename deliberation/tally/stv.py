"""Single transferable vote by the rules for councils in Scotland.

Source: The Scottish Local Government Elections Order 2007 (SSI 2007/42), Schedule 1, Part III:
46 the quota; 47 whoever reaches it is elected; 48 each paper of a surplus goes on at surplus x
its value / the candidate's votes, to five decimals, the remainder ignored (Weighted Inclusive
Gregory); 49 the largest surplus first, one a stage; 50 with no surplus left the last candidate is
excluded and the papers go on at the value they have; 51 ties (see `earlier`); 52 when as many
continue as there are vacancies they are elected, and nothing more is transferred.

The lot of rules 49 and 51 is the tie-break, or the order of the list without one.
Votes are whole numbers of 0.00001, and what rounding takes is non-transferable: every stage adds
up to the valid papers. A paper counts as far as it puts one option at each place; with several
equal at the first it is invalid. An option that has withdrawn leaves its place to the next one.
"""

from collections.abc import Mapping

import msgspec

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.tally.counted import Count, Figure, Step, grouped
from deliberation.tally.earlier import highest, lowest
from deliberation.tally.profile import Profile
from deliberation.tally.standing import Groups, elected, named, rankings
from deliberation.tally.ties import TieBreak

VOTE = 100_000
"""A vote in units of 0.00001."""


class _Pile(msgspec.Struct, frozen=True):
    """Papers that rank alike; they always move together and have one value."""

    ranking: tuple[int, ...]
    copies: int
    value: int = VOTE


class _Hall(msgspec.Struct, frozen=True):
    """The count at the end of a stage; `stages` are the votes at the end of each."""

    piles: Mapping[int, tuple[_Pile, ...]]
    stages: tuple[Mapping[int, int], ...]
    lost: int = 0
    elected: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()

    @property
    def votes(self) -> Mapping[int, int]:
        return self.stages[-1]

    @property
    def continuing(self) -> list[int]:
        return [n for n in sorted(self.votes) if n not in self.elected + self.excluded]


def count_stv(profile: Profile, tie_break: TieBreak | None = None) -> Count:
    """Stage by stage until all seats are taken. Steps with figures are the stages."""
    piles, says_received = _read(profile)
    valid = sum(pile.copies for pile in piles)
    quota = (valid // (profile.seats + 1) + 1) * VOTE
    hall = _first_stage(profile, piles)
    first = N_("第 1 阶段：按首选计票；当选商数为 {quota}。")
    steps = [Step(says=says_received), _stage(hall, say(first, quota=quota // VOTE))]
    hall, said = _elect(profile, hall, quota)
    steps += said
    while len(hall.elected) < profile.seats and hall.continuing:
        hall, said = _next_stage(profile, hall, quota, tie_break)
        steps += said
        hall, said = _elect(profile, hall, quota)
        steps += said
    return Count(
        method="stv",
        seats=profile.seats,
        votes=profile.votes,
        labels=profile.labels,
        winners=hall.elected,
        order=_order(hall),
        steps=(*steps, elected(profile.labels, hall.elected)),
    )


def _order(hall: _Hall) -> Groups:
    """The elected as they won, those left by their votes, the excluded, last first."""
    return (
        *((option,) for option in hall.elected),
        *grouped({option: hall.votes[option] for option in hall.continuing}),
        *((option,) for option in reversed(hall.excluded)),
    )


def _read(profile: Profile) -> tuple[list[_Pile], Sentence]:
    copies: dict[tuple[int, ...], int] = {}
    papers = rankings(profile)
    blank = papers.pop((), 0)
    for groups, alike in papers.items():
        places = next((n for n, group in enumerate(groups) if len(group) > 1), len(groups))
        ranking = tuple(group[0] for group in groups[:places])
        copies[ranking] = copies.get(ranking, 0) + alike
    invalid = copies.pop((), 0)
    says = say(
        N_("收到 {votes} 票：有效 {valid}，空白 {blank}，首选不是一个选项而无效 {invalid}。"),
        votes=profile.votes,
        valid=sum(copies.values()),
        blank=blank,
        invalid=invalid,
    )
    return [_Pile(ranking, alike) for ranking, alike in copies.items()], says


def _first_stage(profile: Profile, piles: list[_Pile]) -> _Hall:
    held: dict[int, tuple[_Pile, ...]] = dict.fromkeys(profile.standing, ())
    for pile in piles:
        held[pile.ranking[0]] += (pile,)
    return _Hall(held, ({option: _worth(own) for option, own in held.items()},))


def _worth(piles: tuple[_Pile, ...]) -> int:
    return sum(pile.copies * pile.value for pile in piles)


def _elect(profile: Profile, hall: _Hall, quota: int) -> tuple[_Hall, list[Step]]:
    """Rule 47, then rule 52; whoever has more votes is elected first."""
    steps = []
    reached = _most_first(hall, [n for n in hall.continuing if hall.votes[n] >= quota])
    if reached:
        hall = msgspec.structs.replace(hall, elected=hall.elected + reached)
        text = N_("达到商数而当选：{names}。")
        steps.append(Step(says=say(text, names=named(profile.labels, reached))))
    last = _most_first(hall, hall.continuing)
    if last and len(last) <= profile.seats - len(hall.elected):
        hall = msgspec.structs.replace(hall, elected=hall.elected + last)
        text = N_("余下的选项不多于余下的名额而当选：{names}。")
        steps.append(Step(says=say(text, names=named(profile.labels, last))))
    return hall, steps


def _most_first(hall: _Hall, options: list[int]) -> tuple[int, ...]:
    return tuple(sorted(options, key=lambda option: (-hall.votes[option], option)))


def _next_stage(
    profile: Profile, hall: _Hall, quota: int, tie_break: TieBreak | None
) -> tuple[_Hall, list[Step]]:
    """Transfers the largest surplus (rules 48 and 49), or excludes the last (rules 50 and 51)."""
    surplus = [option for option in hall.elected if hall.votes[option] > quota]
    if surplus:
        option, said = highest(profile.labels, surplus, hall.stages, tie_break)
        text = N_(
            "第 {number} 阶段：转移 {label} 超过商数的 {moved} 票，每张的值乘以 {moved} 再除以"
            " {held}，取五位小数。不可转移 {lost} 票，累计 {total} 票。"
        )
        after = _transfer(hall, option, quota)
    else:
        option, said = lowest(profile.labels, hall.continuing, hall.stages, tie_break)
        text = N_(
            "第 {number} 阶段：{label} 票数最少，淘汰，其票按现值转给下一选择。"
            "不可转移 {lost} 票，累计 {total} 票。"
        )
        excluded = msgspec.structs.replace(hall, excluded=(*hall.excluded, option))
        after = _transfer(excluded, option, 0)
    says = say(
        text,
        number=len(after.stages),
        label=profile.labels[option],
        moved=_text(hall.votes[option] - after.votes[option]),
        held=_text(hall.votes[option]),
        lost=_text(after.lost - hall.lost),
        total=_text(after.lost),
    )
    return after, [*said, _stage(after, says)]


def _transfer(hall: _Hall, option: int, keeps: int) -> _Hall:
    """The option's papers at the value of what it does not keep, each to its next choice."""
    held, moved = hall.votes[option], hall.votes[option] - keeps
    piles, votes, continuing = dict(hall.piles), dict(hall.votes), set(hall.continuing)
    piles[option], votes[option] = (), keeps
    lost = moved
    for pile in hall.piles[option]:
        to = next((n for n in pile.ranking if n in continuing), None)
        if to is None:
            continue
        # All of it may be nothing: papers whose value was rounded down to 0.
        value = pile.value * moved // held if keeps else pile.value
        piles[to] += (msgspec.structs.replace(pile, value=value),)
        votes[to] += pile.copies * value
        lost -= pile.copies * value
    return msgspec.structs.replace(
        hall, piles=piles, stages=(*hall.stages, votes), lost=hall.lost + lost
    )


def _stage(hall: _Hall, says: Sentence) -> Step:
    shown = tuple(Figure(option, _text(votes)) for option, votes in sorted(hall.votes.items()))
    return Step(says=says, figures=shown)


def _text(units: int) -> str:
    """Whole votes, or all five decimals, as Scottish returns show them."""
    whole, rest = divmod(units, VOTE)
    return f"{whole}.{rest:05}" if rest else str(whole)
