"""A rule in words, sentence by sentence, so that a resident can check what will be counted."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

from msgspec.structs import replace

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.rulesets.exact import amount_text
from deliberation.rulesets.questions import MOTION, Method, Question
from deliberation.rulesets.rules import Base, Electorate, Rule, Share

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
        "valid": N_("通过要求：赞成占有效票{share}，弃权计入，废票不计入。"),
        "yes_no": N_("通过要求：赞成占赞成与反对之和{share}，弃权不计入。"),
        "entitled": N_("通过要求：赞成占应投{unit}数{share}，没有投的也计入总数。"),
        "present": N_("通过要求：赞成占到会{unit}数{share}，投了票即为到会。"),
    }
)
_VOTERS: Mapping[Electorate, str] = MappingProxyType(
    {
        "households": N_("一户一票，由户代表投；没有户代表的，本户成员都可以投。"),
        "persons": N_("一人一票。"),
        "owners": N_("按业主计票：一位业主几套房算一个人数，面积相加；几人共有的算一票。"),
    }
)
_SECRECY: Mapping[str, str] = MappingProxyType(
    {
        "open": N_("记名表决，公布时写明是谁投的；关闭前不显示赞成、反对票数。"),
        "open-masked": N_("记名表决，公布时隐去姓名和门牌；关闭前不显示赞成、反对票数。"),
        "secret": N_("秘密表决：谁投了票有记录，投的什么与人分开存放，关闭后谁也查不出。"),
    }
)
UNITS: Mapping[Electorate, str] = MappingProxyType(
    {"households": N_("户"), "persons": N_("人"), "owners": N_("人")}
)
"""What voters are counted by."""

METHODS: Mapping[Method, str] = MappingProxyType(
    {
        "for-against-abstain": N_("赞成、反对、弃权"),
        "plurality": N_("单选，得票多者当选"),
        "approval": N_("认可投票：认可几项选几项，认可最多者当选"),
        "top": N_("限额多选，得票多者当选"),
        "schulze": N_("排序，两两相比（舒尔茨法）"),
        "irv": N_("排序，逐轮淘汰"),
        "stv": N_("排序，可转移的一票（苏格兰规则）"),
        "rating": N_("打分，平均分高者当选"),
        "majority-judgment": N_("评等，中位等级高者当选"),
        "greedy": N_("项目预算：支持多的先安排，钱够就办"),
        "equal-shares": N_("项目预算：均等份额法，每人一份钱"),
    }
)


def share_words(share: Share) -> Sentence:
    """ "过半", "三分之二以上" and the like."""
    known = (_MORE_THAN if share.strict else _AT_LEAST).get(share.fraction)
    if known is not None:
        return say(known)
    text = N_("超过{part}/{whole}") if share.strict else N_("{part}/{whole}以上")
    return say(text, part=share.fraction.numerator, whole=share.fraction.denominator)


def disclaimer(rule: Rule) -> Sentence:
    """What the vote is, and what it is not: stands wherever a vote or a result does."""
    if rule.pattern == "owners":
        return say(N_("{label}，不等同业主大会表决。"), label=say(rule.label))
    return say(N_("{label}，不代替业主大会表决。"), label=say(rule.label))


def in_language(rule: Rule, language: str) -> Rule:
    """The rule with its own words in the reader's language, as far as it has them."""
    own = next((w for w in rule.words if w.language == language.split("-")[0]), None)
    if own is None:
        return rule
    return replace(
        rule,
        name=own.name.strip() or rule.name,
        source=own.source.strip() or rule.source,
        label=own.label.strip() or rule.label,
    )


def rule_name(rule: Rule, language: str) -> Sentence:
    """What it is called in that language; in Chinese where nobody has said."""
    return say(in_language(rule, language).name)


def words(rule: Rule, question: Question = MOTION) -> list[Sentence]:
    """The whole rule; the first sentence says what the vote is not."""
    return [
        disclaimer(rule),
        say(_VOTERS[rule.electorate]),
        *thresholds(rule, question),
        say(
            N_("关闭前可以改票，以最后一次为准。")
            if rule.may_change
            else N_("投出后不能改票，以第一次为准。")
        ),
        say(_SECRECY[rule.secrecy]),
        *_areas_shown(rule),
        *_special(rule),
        *_proceedings(rule),
        say(N_("依据：{source}"), source=say(rule.source)),
    ]


def thresholds(rule: Rule, question: Question = MOTION) -> list[Sentence]:
    """What must be reached: attendance, participation, majority or the method of choosing."""
    unit = say(UNITS[rule.electorate])
    return [
        *_attendance(rule, unit),
        *_participation(rule, unit),
        *(_majority(rule, unit) if question.method == MOTION.method else _choosing(rule, question)),
    ]


def _attendance(rule: Rule, unit: Sentence) -> Iterator[Sentence]:
    """Outside statutory patterns it is no 法定人数."""
    name = say(N_("法定人数") if rule.pattern in ("residents", "owners") else N_("到会要求"))
    if rule.attendance is not None:
        text = N_("{name}：到会{unit}数占应到{unit}数{share}，才能开始表决。")
        yield say(text, name=name, unit=unit, share=share_words(rule.attendance))
    if rule.attendance_area is not None:
        text = N_("{name}：到会面积占应到面积{share}，才能开始表决。")
        yield say(text, name=name, share=share_words(rule.attendance_area))


def _participation(rule: Rule, unit: Sentence) -> Iterator[Sentence]:
    if rule.participation is not None:
        text = N_("参与要求：投票{unit}数占应投{unit}数{share}，结果才有效。")
        yield say(text, unit=unit, share=share_words(rule.participation))
    if rule.participation_area is not None:
        text = N_("参与要求：投票面积占应投总面积{share}，结果才有效。")
        yield say(text, share=share_words(rule.participation_area))


def _majority(rule: Rule, unit: Sentence) -> Iterator[Sentence]:
    if rule.majority is None:
        yield say(N_("通过要求：还没有定，填好之前不能用。"))
        return
    yield say(_MAJORITY[rule.base], unit=unit, share=share_words(rule.majority))
    if rule.majority_area is not None:
        text = (
            N_("同时，赞成的面积占有效票的面积{share}。")
            if rule.base == "valid"
            else N_("同时，赞成的面积占参与表决的面积{share}。")
        )
        yield say(text, share=share_words(rule.majority_area))
    if rule.follow == "apart":
        yield say(N_("“随多数”单独计数，不算赞成也不算反对。"))
    if rule.follow == "resolved":
        yield say(N_("“随多数”单独计数，最后计入赞成、反对中票多的一方。"))


_TIES: Mapping[str, str] = MappingProxyType(
    {
        "none": N_("最后一席得票相同的，如实公布，不自动决定。"),
        "list": N_("最后一席得票相同的，按公告名单的先后。"),
        "lot": N_("最后一席得票相同的，当场抽签。"),
    }
)


def _choosing(rule: Rule, question: Question) -> Iterator[Sentence]:
    yield say(N_("计票办法：{method}。"), method=say(METHODS[question.method]))
    if question.costs:
        yield say(N_("总金额{amount}元。"), amount=amount_text(Fraction(question.budget, 100)))
    elif question.seats > 1:
        yield say(N_("选出{n}项。"), n=question.seats)
    if question.shape == "some" and question.may_name < len(question.options):
        yield say(N_("每票最多选{n}项。"), n=question.may_name)
    yield say(_TIES[rule.tie_break])


def _areas_shown(rule: Rule) -> Iterator[Sentence]:
    """An area names its unit to who knows the house."""
    if rule.is_by_area:
        yield say(N_("按面积计票，公布的名单写明每票的面积：知道各户面积的人认得出是哪一户。"))


def _special(rule: Rule) -> Iterator[Sentence]:
    """What a rule adds; nothing for most."""
    if rule.chair == "silent":
        yield say(N_("主持人主持期间不投票。"))
    if rule.chair == "breaks-ties":
        yield say(N_("主持人主持期间不投票；赞成与反对相同时，由主持人投决定票。"))
    if rule.proxies:
        yield say(N_("可以书面委托他人投票，一人最多接受{n}份委托。"), n=rule.proxies)
    if rule.precedence == "paper":
        yield say(N_("同一人又投纸票又在网上投的，以纸票为准。"))
    if rule.precedence == "online":
        yield say(N_("同一人又投纸票又在网上投的，以网上的为准。"))
    if rule.objection_days:
        text = (
            N_("结果先公示{n}天，没有异议或者异议答复后才确认。")
            if rule.shown == "at-once"
            else N_("关闭后先听{n}天异议，这期间谁也不知道票数，然后计票宣布，宣布即为最后结果。")
        )
        yield say(text, n=rule.objection_days)
    if rule.by_hands:
        yield say(N_("也可以举手表决，由两人点数，写明是举手。"))
    if rule.needs_supervisor:
        yield say(N_("监票人签字后才宣布结果。"))


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
