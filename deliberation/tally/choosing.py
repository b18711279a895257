"""Choosing without an order: plurality, approval and the choice of up to n.

Plurality: a paper counts for the option that stands first on it; one that puts several options
first is invalid. Approval (Brams & Fishburn 1978): a paper counts for every option it names.
Choice of up to n (选n项, block vote): likewise, but a paper that names more than n is invalid; of
an order the first n places count, as far as they are clear.
In all three the options with the most votes take the seats, with no majority asked for.

An approval may be written as an order. PrefLib writes it as two groups that together name
everybody: then only the first is approved of. Every other order approves of all it names.

「以上都不是」 is counted and ordered as an option, and never takes a seat; nor does an option that
has no more votes than it.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import msgspec

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.tally.counted import Count, Step, figures, grouped
from deliberation.tally.profile import Paper, Profile
from deliberation.tally.standing import standing_groups, take_seats
from deliberation.tally.ties import TieBreak

Choose: TypeAlias = Callable[[Paper], tuple[int, ...] | None]
"""The options that a paper counts for; none if it is blank, None if it is invalid."""


class _Tallied(msgspec.Struct, frozen=True):
    votes: dict[int, int]
    blank: int
    invalid: int


def count_plurality(
    profile: Profile, tie_break: TieBreak | None = None, none_of_these: int | None = None
) -> Count:
    """One vote a paper, for the option that stands first."""
    tallied = _tally(profile, partial(_first, profile))
    invalid = say(N_("{papers} 张票的首选不是一个选项，无效。"), papers=tallied.invalid)
    return _count("plurality", profile, tallied, invalid, tie_break, none_of_these)


def count_approval(
    profile: Profile, tie_break: TieBreak | None = None, none_of_these: int | None = None
) -> Count:
    """One vote a paper for every option it approves of."""
    tallied = _tally(profile, partial(_approved, profile))
    return _count("approval", profile, tallied, None, tie_break, none_of_these)


def count_top(
    profile: Profile,
    tie_break: TieBreak | None = None,
    none_of_these: int | None = None,
    max_named: int | None = None,
) -> Count:
    """One vote a paper for every option it names, at most `max_named`, or as many as seats."""
    most = profile.seats if max_named is None else max_named
    tallied = _tally(profile, partial(_up_to, profile, most))
    too_many = N_("{papers} 张票选了超过 {most} 项，无效。")
    invalid = say(too_many, papers=tallied.invalid, most=most)
    return _count("top", profile, tallied, invalid, tie_break, none_of_these)


def _first(profile: Profile, paper: Paper) -> tuple[int, ...] | None:
    groups = standing_groups(profile, paper)
    if not groups:
        return ()
    return groups[0] if len(groups[0]) == 1 else None


def _approved(profile: Profile, paper: Paper) -> tuple[int, ...]:
    names_all = set(profile.standing) <= set(paper.named)
    written = paper.ranking[0] if len(paper.ranking) == 2 and names_all else paper.named
    return tuple(option for option in written if option not in profile.withdrawn)


def _up_to(profile: Profile, most: int, paper: Paper) -> tuple[int, ...] | None:
    groups = standing_groups(profile, paper)
    if len(groups) == 1:
        return groups[0] if len(groups[0]) <= most else None
    chosen: tuple[int, ...] = ()
    for group in groups:
        if len(chosen) + len(group) > most:
            break
        chosen += group
    return chosen


def _tally(profile: Profile, choose: Choose) -> _Tallied:
    votes = dict.fromkeys(profile.standing, 0)
    blank = invalid = 0
    for paper in profile.papers:
        chosen = choose(paper)
        if chosen is None:
            invalid += paper.copies
        elif not chosen:
            blank += paper.copies
        for option in chosen or ():
            votes[option] += paper.copies
    return _Tallied(votes, blank, invalid)


def _count(
    method: str,
    profile: Profile,
    tallied: _Tallied,
    says_invalid: Sentence | None,
    tie_break: TieBreak | None,
    none_of_these: int | None,
) -> Count:
    votes, order = tallied.votes, grouped(tallied.votes)
    steps = [Step(says=_received(profile, tallied))]
    if says_invalid and tallied.invalid:
        steps.append(Step(says=says_invalid))
    steps.append(Step(says=say(N_("各选项得票：")), figures=figures(votes)))
    electable = order
    if none_of_these in votes:
        floor = votes[none_of_these]
        electable = tuple(group for group in order if votes[group[0]] > floor)
        steps.append(Step(says=_none_of_these(profile.labels[none_of_these], floor)))
    winners, said = take_seats(profile.labels, electable, profile.seats, tie_break)
    return Count(
        method=method,
        seats=profile.seats,
        votes=profile.votes,
        labels=profile.labels,
        winners=winners,
        order=order,
        steps=(*steps, *said),
    )


def _received(profile: Profile, tallied: _Tallied) -> Sentence:
    return say(
        N_("收到 {votes} 票：有效 {valid}，空白 {blank}，无效 {invalid}。"),
        votes=profile.votes,
        valid=profile.votes - tallied.blank - tallied.invalid,
        blank=tallied.blank,
        invalid=tallied.invalid,
    )


def _none_of_these(label: str, votes: int) -> Sentence:
    return say(N_("「{label}」得 {votes} 票；得票不多于它的选项不当选。"), label=label, votes=votes)
