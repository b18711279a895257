"""The count of a motion: exact, and reproducible by hand from the published list and the rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from deliberation.ballots.tally import FOLLOW, Areas, Choice, Outcome, Tally, Threshold
from deliberation.ballots.working import steps_of
from deliberation.rulesets.exact import percent_text
from deliberation.rulesets.rules import Base, Rule, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a count rests on beside the votes. `present` counts who signed in; who votes is present
    all the same. Areas are in 0.01 m²; `spoilt_area` is that of who returned the spoilt papers."""

    entitled: int
    present: int
    entitled_area: int = 0
    spoilt: int = 0
    spoilt_area: int = 0


def count(votes: Iterable[tuple[str, int]], rule: Rule, facts: Facts) -> Tally:
    """Counts a motion, from the choice of each voter with the area behind it (0.01 m²).

    ValueError if more votes were cast than there are entitled: the store let in what it must not.
    """
    axis = _Axis.of(votes, follow=rule.follow)
    cast = axis.cast + facts.spoilt
    if cast > facts.entitled:
        raise ValueError(f"{cast} votes of {facts.entitled} entitled")
    present = max(facts.present, cast)
    majority = _threshold(
        rule.decisive, axis.totals[Choice.FOR], _base(rule.base, axis, facts, present)
    )
    participation = participation_of(rule, cast, facts.entitled)
    areas = _areas(rule, axis, facts)
    outcome = _outcome(
        [participation, areas.participation if areas else None],
        [majority, areas.majority if areas else None],
    )
    made = Tally(
        totals=axis.totals,
        cast=cast,
        entitled=facts.entitled,
        present=present,
        turnout=percent_text(cast, facts.entitled) if facts.entitled else "",
        participation=participation,
        majority=majority,
        outcome=outcome,
        steps=(),
        spoilt=facts.spoilt,
        follow=axis.follow,
        areas=areas,
    )
    return replace(made, steps=tuple(steps_of(rule, made)))


@dataclass(frozen=True, slots=True)
class _Axis:
    """The votes by heads, and by the area behind them. 随多数 stays apart, or is added last, with
    its area, to the greater of for and against by heads; to neither where they are equal."""

    totals: dict[Choice, int]
    areas: dict[Choice, int]
    cast: int
    cast_area: int
    follow: int

    @classmethod
    def of(cls, votes: Iterable[tuple[str, int]], *, follow: str) -> "_Axis":
        heads = dict.fromkeys([*Choice, FOLLOW], 0)
        areas = dict.fromkeys([*Choice, FOLLOW], 0)
        for choice, area in votes:
            heads[choice] += 1
            areas[choice] += area
        cast, cast_area, followers = sum(heads.values()), sum(areas.values()), heads[FOLLOW]
        if follow == "resolved" and heads[Choice.FOR] != heads[Choice.AGAINST]:
            is_for = heads[Choice.FOR] > heads[Choice.AGAINST]
            followed = Choice.FOR if is_for else Choice.AGAINST
            heads[followed] += heads[FOLLOW]
            areas[followed] += areas[FOLLOW]
        return cls(_own(heads), _own(areas), cast, cast_area, followers)


def _own(totals: Mapping[str, int]) -> dict[Choice, int]:
    return {choice: totals[choice] for choice in Choice}


def participation_of(rule: Rule, cast: int, entitled: int) -> Threshold | None:
    """Whether enough took part, where the rule asks."""
    return _threshold(rule.participation, cast, entitled) if rule.participation else None


def _areas(rule: Rule, axis: _Axis, facts: Facts) -> Areas | None:
    """Of the area, the majority is one of what took part in the vote (Civil Code §278): spoilt
    papers did, as among the heads, unless the rule measures against the valid votes."""
    if not rule.is_by_area:
        return None
    entitled, cast = facts.entitled_area, axis.cast_area + facts.spoilt_area
    base = axis.cast_area if rule.base == "valid" else cast
    return Areas(
        totals=axis.areas,
        cast=cast,
        entitled=entitled,
        participation=_threshold(rule.participation_area, cast, entitled)
        if rule.participation_area
        else None,
        majority=_threshold(rule.majority_area, axis.areas[Choice.FOR], base)
        if rule.majority_area
        else None,
        spoilt=facts.spoilt_area,
    )


def _base(base: Base, axis: _Axis, facts: Facts, present: int) -> int:
    match base:
        case "cast":
            return axis.cast + facts.spoilt
        case "valid":
            return axis.cast
        case "yes_no":
            return axis.totals[Choice.FOR] + axis.totals[Choice.AGAINST]
        case "entitled":
            return facts.entitled
        case "present":
            return present


def _threshold(share: Share, part: int, whole: int) -> Threshold:
    return Threshold(
        part=part,
        whole=whole,
        required=share.required(whole),
        percent=percent_text(part, whole) if whole else "",
        reached=share.reached(part, whole),
    )


def _outcome(
    participation: Sequence[Threshold | None], majority: Sequence[Threshold | None]
) -> Outcome:
    if any(it is not None and not it.reached for it in participation):
        return Outcome.INVALID
    if all(it is None or it.reached for it in majority):
        return Outcome.ADOPTED
    return Outcome.REJECTED
