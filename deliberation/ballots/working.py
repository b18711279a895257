"""The working of a count, line by line, so that the reader can divide it again."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from deliberation.ballots.tally import OUTCOME_WORDS, Areas, Choice, Tally, Threshold, area_text
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.rulesets.rules import Base, Rule, Share
from deliberation.rulesets.wording import UNITS, share_words

_BASE_WORDS: Mapping[Base, str] = MappingProxyType(
    {
        "cast": N_("投票"),
        "valid": N_("有效票"),
        "yes_no": N_("赞成与反对之和"),
        "entitled": N_("应投{unit}数"),
        "present": N_("到会{unit}数"),
    }
)


def steps_of(rule: Rule, tally: Tally) -> Iterator[Sentence]:
    unit = say(UNITS[rule.electorate])
    yield _totals(tally.totals, tally.cast)
    if tally.follow:
        yield say(_follow_text(rule, tally.totals), n=tally.follow)
    if tally.spoilt:
        yield say(N_("其中废票{n}"), n=tally.spoilt)
    yield from participation_steps(rule, tally)
    if tally.majority is not None:
        base = say(_BASE_WORDS[rule.base], unit=unit)
        yield _working(say(N_("赞成")), base, tally.majority, rule.decisive)
    if tally.areas is not None:
        yield from _area_steps(rule, tally.areas)
    yield say(N_("结果：{outcome}"), outcome=say(OUTCOME_WORDS[tally.outcome]))


def _follow_text(rule: Rule, totals: Mapping[Choice, int]) -> str:
    """Sides that are equal in the end were so before: else the followers had joined one of them."""
    if rule.follow != "resolved":
        return N_("其中随多数{n}，单独计数")
    if totals[Choice.FOR] == totals[Choice.AGAINST]:
        return N_("其中随多数{n}，赞成与反对相同，没有计入任何一方")
    return N_("其中随多数{n}，已计入票多的一方")


def _totals(totals: Mapping[Choice, int], cast: int) -> Sentence:
    text = N_("赞成{for}，反对{against}，弃权{abstain}，共投票{cast}")
    return say(text, **{choice.value: n for choice, n in totals.items()}, cast=cast)


def participation_steps(rule: Rule, tally: Tally) -> Iterator[Sentence]:
    if tally.participation is not None and rule.participation is not None:
        whole = say(N_("应投{unit}数"), unit=say(UNITS[rule.electorate]))
        yield _working(say(N_("投票")), whole, tally.participation, rule.participation)


def _area_steps(rule: Rule, areas: Areas) -> Iterator[Sentence]:
    shown = {choice.value: area_text(n) for choice, n in areas.totals.items()}
    text = N_("面积：赞成{for}，反对{against}，弃权{abstain}，共投票{cast}平方米")
    yield say(text, **shown, cast=area_text(areas.cast))
    if areas.spoilt:
        yield say(N_("其中废票{n}平方米"), n=area_text(areas.spoilt))
    if areas.participation is not None and rule.participation_area is not None:
        names = (say(N_("投票面积")), say(N_("应投总面积")))
        yield _working(*names, areas.participation, rule.participation_area, is_area=True)
    if areas.majority is not None and rule.majority_area is not None:
        base = N_("有效票面积") if rule.base == "valid" else N_("投票面积")
        names = (say(N_("赞成面积")), say(base))
        yield _working(*names, areas.majority, rule.majority_area, is_area=True)


def _working(
    part: Sentence, whole: Sentence, it: Threshold, share: Share, *, is_area: bool = False
) -> Sentence:
    """One line of the sum; the reader can divide it again."""
    if it.whole == 0:
        return say(N_("{whole}为0，没有达到"), whole=whole)
    text = N_(
        "{part}{n} ÷ {whole}{of} = {percent}（截尾，不进位），"
        "须{share}即{required}{measure}：{verdict}"
    )
    shown = area_text if is_area else str
    return say(
        text,
        part=part,
        n=shown(it.part),
        whole=whole,
        of=shown(it.whole),
        percent=it.percent,
        share=share_words(share),
        required=shown(it.required),
        measure=say(N_("平方米") if is_area else N_("票")),
        verdict=say(N_("达到") if it.reached else N_("没有达到")),
    )
