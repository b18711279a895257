"""A rule as the fields of a form, and back: nothing typed is lost, every fault has its field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.rulesets.exact import fraction_text
from deliberation.rulesets.rules import LIMITS, TEXTS, Rule, RuleWords, Share
from deliberation.web.pages import words_of
from deliberation.web.visit import Visit

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "ko": "한국어"})
"""Languages in which a rule may have words of its own, as they call themselves."""

CHOICES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "pattern": {
            "consultation": N_("社区意向征询"),
            "residents": N_("居民会议"),
            "owners": N_("业主意向征询，不等同业主大会表决"),
            "joint": N_("联席会议"),
        },
        "electorate": {
            "households": N_("一户一票"),
            "persons": N_("一人一票"),
            "owners": N_("按业主，几套房算一个人数，面积相加"),
        },
        "base": {
            "cast": N_("投票总数（弃权、废票都算）"),
            "valid": N_("有效票（弃权算，废票不算）"),
            "yes_no": N_("赞成与反对之和（弃权不算）"),
            "entitled": N_("应投总数（没投的也算）"),
            "present": N_("到会数"),
        },
        "follow": {
            "none": N_("票上没有“随多数”"),
            "apart": N_("有，单独计数"),
            "resolved": N_("有，最后计入票多的一方"),
        },
        "secrecy": {
            "open-masked": N_("记名，公布时隐去姓名和门牌"),
            "open": N_("记名，公布时写明是谁"),
            "secret": N_("秘密，谁也查不出"),
        },
        "may_change": {"1": N_("关闭前可以改票"), "": N_("第一次为准")},
        "chair": {
            "silent": N_("不投票"),
            "votes": N_("照常投票"),
            "breaks-ties": N_("只在赞成与反对相同时投"),
        },
        "precedence": {
            "first": N_("先投的为准"),
            "paper": N_("纸票为准"),
            "online": N_("网上的为准"),
        },
        "shown": {
            "at-once": N_("当场公布票数"),
            "certified": N_("公示期满才公布票数"),
        },
        "tie_break": {
            "none": N_("如实公布，不自动决定"),
            "list": N_("按公告名单的先后"),
            "lot": N_("当场抽签"),
        },
    }
)
"""Fields with a few values, and what these are called."""

SHARES: Mapping[str, str] = MappingProxyType(
    {
        "attendance": N_("到会的户（人）数"),
        "attendance_area": N_("到会的面积"),
        "participation": N_("参与表决的户（人）数"),
        "participation_area": N_("参与表决的面积"),
        "majority": N_("赞成的户（人）数"),
        "majority_area": N_("赞成的面积"),
    }
)
SHARE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "": N_("不作要求"),
        "half": N_("过半"),
        "2/3": N_("三分之二以上"),
        "3/4": N_("四分之三以上"),
        "1/1": N_("全部"),
        "least": N_("别的：……以上（含本数）"),
        "more": N_("别的：超过……（不含本数）"),
    }
)
_HALF = Share(Fraction(1, 2), strict=True)
FLAGS = ("by_hands", "needs_supervisor")
NUMBERS = tuple(name for name in LIMITS if name != "version")
LONGEST = {"name": 60, "label": 20, "source": 400}
_PART = re.compile(r"\s*([0-9]{1,6})\s*[/／]\s*([0-9]{1,6})\s*")
_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "按面积": "majority_area",
        "秘密表决": "secrecy",
        "施行日期": "in_force_until",
        "代号": "key",
        **{words: name for name, words in TEXTS.items()},
        **{words: name for name, (words, _least, _most) in LIMITS.items()},
    }
)
"""Where in the form a rule's own refusal belongs, by the word it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What was typed and what is wrong with it, by field."""

    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


def values_of(rule: Rule) -> dict[str, str]:
    """A rule as the fields of its form."""
    values = {name: str(getattr(rule, name)) for name in (*LONGEST, *NUMBERS, "key")}
    values |= {name: str(getattr(rule, name)) for name in CHOICES if name != "may_change"}
    values |= {name: "1" if getattr(rule, name) else "" for name in (*FLAGS, "may_change")}
    for name in ("in_force_from", "in_force_until"):
        day: date | None = getattr(rule, name)
        values[name] = day.isoformat() if day else ""
    for name in SHARES:
        values |= _share_values(name, getattr(rule, name))
    for words in rule.words:
        of = words.language
        values |= {f"{part}_{of}": str(getattr(words, part)) for part in LONGEST}
    return values


def _share_values(name: str, share: Share | None) -> dict[str, str]:
    if share is None:
        return {name: ""}
    if share == _HALF:
        return {name: "half"}
    part = fraction_text(share.fraction)
    if not share.strict and part in SHARE_WORDS:
        return {name: part}
    return {name: "more" if share.strict else "least", f"{name}_part": part}


def rule_from(visit: Visit, key: str) -> Rule | Tried:
    """The rule that was typed, or all that is wrong with it."""
    reader = _Reader(visit)
    facts = reader.facts()
    if not reader.errors:
        try:
            return Rule(**facts, key=key, version=1)
        except Refusal as refusal:
            reader.fault(field_of(refusal), words_of(visit, refusal))
    return Tried(typed=typed_in(visit), errors=reader.errors, status=400)


def typed_in(visit: Visit) -> dict[str, str]:
    return {name: str(v) for name, v in visit.form.items() if name not in ("csrf", "command")}


def field_of(refusal: Refusal) -> str:
    if refusal.code is Code.RULE_KEY_TAKEN:
        return "key"
    return _FIELDS.get(str(refusal.facts.get("field", "")), "name")


class _Reader:
    """Reads the form field by field; what is wrong is kept in `errors`, in the form's order."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._say = visit.translations.gettext
        self.errors: dict[str, str] = {}

    def fault(self, name: str, words: str) -> None:
        self.errors.setdefault(name, words)

    def facts(self) -> dict[str, Any]:
        """Of a `Rule`, but for its key and version."""
        return {
            **{name: self._text(name) for name in ("name", "label", "source")},
            **{name: self._day(name) for name in ("in_force_from", "in_force_until")},
            **{name: self._choice(name) for name in CHOICES if name != "may_change"},
            **{name: self._share(name) for name in SHARES},
            **{name: self._number(name) for name in NUMBERS},
            **{name: self._sent(name) == "1" for name in (*FLAGS, "may_change")},
            "words": tuple(w for w in map(self._words, LANGUAGES) if w is not None),
        }

    def _sent(self, name: str, limit: int = 600) -> str:
        try:
            return self._visit.text(name, limit=limit)
        except Refusal as refusal:
            self.fault(name, words_of(self._visit, refusal))
            return ""

    def _text(self, name: str) -> str:
        text = self._sent(name)
        words, limit = self._say(TEXTS[name]), LONGEST[name]
        if not text:
            self.fault(name, self._say(N_("请填写“{field}”。")).format(field=words))
        if len(text) > limit:
            said = self._say(N_("“{field}”最多{limit}个字。"))
            self.fault(name, said.format(field=words, limit=limit))
        return text

    def _day(self, name: str) -> date | None:
        if not self._sent(name):
            return None
        wrong = self._say(N_("请写成年-月-日，比如2026-01-01。"))
        try:
            return self._visit.day(name)
        except Refusal:
            self.fault(name, wrong)
            return None

    def _choice(self, name: str) -> str:
        chosen = self._sent(name)
        if chosen not in CHOICES[name]:
            self.fault(name, self._say(N_("请选一项。")))
        return chosen

    def _share(self, name: str) -> Share | None:
        chosen = self._sent(name)
        if chosen == "":
            return None
        if chosen == "half":
            return _HALF
        wrong = self._say(N_("“{field}”写成几分之几，大于0，不超过1，比如3/5。"))
        found = _PART.fullmatch(self._sent(f"{name}_part", 20) if chosen in _OWN else chosen)
        try:
            fraction = Fraction(int(found[1]), int(found[2])) if found else Fraction(0)
            return Share(fraction, strict=chosen == "more")
        except (Refusal, ZeroDivisionError):
            self.fault(name, wrong.format(field=self._say(SHARES[name])))
            return None

    def _number(self, name: str) -> int:
        words, least, most = LIMITS[name]
        text = self._sent(name)
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else -1
        if not least <= number <= most:
            said = self._say(N_("“{field}”写一个{least}到{most}的整数。"))
            self.fault(name, said.format(field=self._say(words), least=least, most=most))
        return number

    def _words(self, language: str) -> RuleWords | None:
        parts = {part: self._sent(f"{part}_{language}") for part in LONGEST}
        return RuleWords(language=language, **parts) if any(parts.values()) else None


_OWN: Sequence[str] = ("least", "more")
