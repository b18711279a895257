"""The count: exact, and reproducible by hand from the published list and the rule."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.rulesets.exact import percent_text
from deliberation.rulesets.rules import Base, Rule, Share
from deliberation.rulesets.wording import share_words


class Choice(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class Outcome(StrEnum):
    ADOPTED = "adopted"
    REJECTED = "rejected"
    INVALID = "invalid"
    """Too few took part for the result to count either way."""


CHOICE_WORDS: Mapping[Choice, str] = MappingProxyType(
    {Choice.FOR: N_("赞成"), Choice.AGAINST: N_("反对"), Choice.ABSTAIN: N_("弃权")}
)

OUTCOME_WORDS: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.ADOPTED: N_("通过"),
        Outcome.REJECTED: N_("未通过"),
        Outcome.INVALID: N_("参与不足，结果无效"),
    }
)


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """`part` of `whole`, at least `required` needed. `percent` is only shown;
    whether the threshold is reached was compared in integers. Empty where `whole` is 0."""

    part: int
    whole: int
    required: int
    percent: str
    reached: bool


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The count of one ballot with its working. Numbers are households."""

    totals: dict[Choice, int]
    cast: int
    entitled: int
    present: int
    turnout: str
    """`cast` of `entitled` in per cent, cut off."""
    participation: Threshold | None
    majority: Threshold
    outcome: Outcome
    steps: tuple[Sentence, ...]

    def to_json(self) -> dict[str, Any]:
        """Canonical values only: strings, integers, booleans."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Tally":
        return msgspec.convert(body, cls)


def count(choices: Iterable[Choice], rule: Rule, entitled: int, present: int) -> Tally:
    """Counts one choice per household. Who votes is present, signed in or not.

    ValueError if more votes were cast than there are entitled: the store let in what it must not.
    """
    totals = dict.fromkeys(Choice, 0)
    for choice in choices:
        totals[choice] += 1
    cast = sum(totals.values())
    if cast > entitled:
        raise ValueError(f"{cast} votes of {entitled} entitled")
    present = max(present, cast)
    participation = _threshold(rule.participation, cast, entitled) if rule.participation else None
    majority = _threshold(
        rule.majority, totals[Choice.FOR], _base(rule.base, totals, entitled, present)
    )
    outcome = _outcome(participation, majority)
    return Tally(
        totals=totals,
        cast=cast,
        entitled=entitled,
        present=present,
        turnout=percent_text(cast, entitled) if entitled else "",
        participation=participation,
        majority=majority,
        outcome=outcome,
        steps=_steps(rule, totals, participation, majority, outcome),
    )


def _base(base: Base, totals: Mapping[Choice, int], entitled: int, present: int) -> int:
    match base:
        case "cast":
            return sum(totals.values())
        case "yes_no":
            return totals[Choice.FOR] + totals[Choice.AGAINST]
        case "entitled":
            return entitled
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


def _outcome(participation: Threshold | None, majority: Threshold) -> Outcome:
    if participation is not None and not participation.reached:
        return Outcome.INVALID
    return Outcome.ADOPTED if majority.reached else Outcome.REJECTED


_BASE_WORDS: Mapping[Base, str] = MappingProxyType(
    {
        "cast": N_("投票"),
        "yes_no": N_("赞成与反对之和"),
        "entitled": N_("应投户数"),
        "present": N_("到会户数"),
    }
)


def _steps(
    rule: Rule,
    totals: Mapping[Choice, int],
    participation: Threshold | None,
    majority: Threshold,
    outcome: Outcome,
) -> tuple[Sentence, ...]:
    said = [
        say(
            N_("赞成{for}，反对{against}，弃权{abstain}，共投票{cast}"),
            **{choice.value: n for choice, n in totals.items()},
            cast=sum(totals.values()),
        )
    ]
    if participation is not None and rule.participation is not None:
        names = (N_("投票"), N_("应投户数"))
        said.append(_working(names, participation, rule.participation))
    said.append(_working((N_("赞成"), _BASE_WORDS[rule.base]), majority, rule.majority))
    said.append(say(N_("结果：{outcome}"), outcome=say(OUTCOME_WORDS[outcome])))
    return tuple(said)


def _working(names: tuple[str, str], it: Threshold, share: Share) -> Sentence:
    """One line of the sum; the reader can divide it again."""
    part, whole = (say(name) for name in names)
    if it.whole == 0:
        return say(N_("{whole}为0，没有达到"), whole=whole)
    return say(
        N_(
            "{part}{n} ÷ {whole}{of} = {percent}（截尾，不进位），"
            "须{share}即{required}票：{verdict}"
        ),
        part=part,
        n=it.part,
        whole=whole,
        of=it.whole,
        percent=it.percent,
        share=share_words(share),
        required=it.required,
        verdict=say(N_("达到") if it.reached else N_("没有达到")),
    )
