"""A rule in words, sentence by sentence, so that a resident can check what will be counted."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.rulesets.rules import Base, Rule, Share

_AT_LEAST: Mapping[Fraction, str] = MappingProxyType(
    {
        Fraction(1, 5): N_("五分之一以上"),
        Fraction(1, 4): N_("四分之一以上"),
        Fraction(1, 3): N_("三分之一以上"),
        Fraction(1, 2): N_("半数以上"),
        Fraction(3, 5): N_("五分之三以上"),
        Fraction(2, 3): N_("三分之二以上"),
        Fraction(3, 4): N_("四分之三以上"),
        Fraction(4, 5): N_("五分之四以上"),
        Fraction(1): N_("全部"),
    }
)

_MORE_THAN: Mapping[Fraction, str] = MappingProxyType(
    {
        Fraction(1, 3): N_("超过三分之一"),
        Fraction(1, 2): N_("过半"),
        Fraction(2, 3): N_("超过三分之二"),
        Fraction(3, 4): N_("超过四分之三"),
    }
)

_MAJORITY: Mapping[Base, str] = MappingProxyType(
    {
        "cast": N_("通过要求：赞成占投票总数{share}，弃权计入总数。"),
        "yes_no": N_("通过要求：赞成占赞成与反对之和{share}，弃权不计入。"),
        "entitled": N_("通过要求：赞成占应投户数{share}，没有投的也计入总数。"),
        "present": N_("通过要求：赞成占到会户数{share}，投了票即为到会。"),
    }
)


def share_words(share: Share) -> Sentence:
    """ "过半", "三分之二以上" and the like."""
    known = (_MORE_THAN if share.strict else _AT_LEAST).get(share.fraction)
    if known is not None:
        return say(known)
    text = N_("超过{part}/{whole}") if share.strict else N_("{part}/{whole}以上")
    return say(text, part=share.fraction.numerator, whole=share.fraction.denominator)


def words(rule: Rule) -> list[Sentence]:
    """The whole rule; the first sentence says what the vote is not."""
    return [
        say(N_("{label}，不代替业主大会表决。"), label=say(rule.label)),
        say(N_("一户一票，由户代表投；没有户代表的，本户成员都可以投。")),
        *thresholds(rule),
        say(N_("关闭前可以改票，以最后一次为准。") if rule.may_change else N_("投出后不能改票。")),
        say(N_("记名表决，公布时隐去姓名和门牌；关闭前不显示赞成、反对票数。")),
        *_proceedings(rule),
        say(N_("依据：{source}"), source=say(rule.source)),
    ]


def thresholds(rule: Rule) -> list[Sentence]:
    """What must be reached: attendance, participation, majority."""
    said = []
    if rule.attendance is not None:
        share = share_words(rule.attendance)
        said.append(say(N_("到会要求：到会户数占应到户数{share}，才能开始表决。"), share=share))
    if rule.participation is not None:
        share = share_words(rule.participation)
        said.append(say(N_("参与要求：投票户数占应投户数{share}，结果才有效。"), share=share))
    said.append(say(_MAJORITY[rule.base], share=share_words(rule.majority)))
    return said


def _proceedings(rule: Rule) -> list[Sentence]:
    minutes, seconds = divmod(rule.speech_seconds, 60)
    text = (
        N_("每人每次发言不超过{seconds}秒，每项最多{times}次。")
        if seconds
        else N_("每人每次发言不超过{minutes}分钟，每项最多{times}次。")
    )
    return [
        say(text, seconds=rule.speech_seconds, minutes=minutes, times=rule.speeches_per_item),
        say(N_("公告至少提前{days}天发布；没有公告的事项不表决。"), days=rule.notice_days),
    ]
