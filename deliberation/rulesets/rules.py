"""The rule of a vote and of the meeting around it: data with a version and a source.

No quorum and no majority is a constant of this program: a community adopts its own rule, says
where it comes from, and every ballot carries the whole rule it was opened under.
"""

from fractions import Fraction
from typing import Any, Literal

import msgspec

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.rulesets.exact import decode_hook, encode_hook

Base = Literal["cast", "yes_no", "entitled", "present"]


class Share(msgspec.Struct, frozen=True):
    """A part of a whole that must be reached.

    "过半" is strictly more than half; "以上" includes the number itself (Civil Code §1259).
    """

    fraction: Fraction
    strict: bool

    def __post_init__(self) -> None:
        if not 0 < self.fraction <= 1 or (self.strict and self.fraction == 1):
            raise Refusal(Code.RULE_INVALID, field=N_("比例"))

    def reached(self, part: int, whole: int) -> bool:
        """Compared exactly. Of nothing, no share is ever reached."""
        if whole <= 0:
            return False
        have = part * self.fraction.denominator
        need = whole * self.fraction.numerator
        return have > need if self.strict else have >= need

    def required(self, whole: int) -> int:
        """The least whole number that reaches the share of `whole`; 1 where `whole` is 0."""
        need = whole * self.fraction.numerator
        if self.strict:
            return need // self.fraction.denominator + 1
        return max(1, -(-need // self.fraction.denominator))


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One community's rule, frozen into every ballot that is opened under it."""

    name: str
    version: int
    source: str
    """Which law, statute or decision of the community it rests on, in words."""
    label: str
    """Stands beside every ballot and result, so that no one takes it for an owners' vote."""
    method: Literal["for-against-abstain"] = "for-against-abstain"
    electorate: Literal["households"] = "households"
    """One vote for each household on the roll, cast by its representative or a person of it."""
    weight: Literal["one"] = "one"
    attendance: Share | None
    """到会要求: how much of the roll must be present before a ballot may open."""
    participation: Share | None
    """How much of the entitled must vote for the result to be valid."""
    majority: Share
    base: Base
    """What the votes in favour are measured against."""
    may_change: bool
    """A household may change its vote until the ballot is closed."""
    secrecy: Literal["open-masked"] = "open-masked"
    """Kept with the voter, published without name or door number."""
    speech_seconds: int
    speeches_per_item: int
    notice_days: int
    day_minutes: int

    def __post_init__(self) -> None:
        for name, words, least, most in _LIMITS:
            if not least <= getattr(self, name) <= most:
                raise Refusal(Code.RULE_INVALID, field=words)
        for name, words in _TEXTS:
            if not getattr(self, name).strip():
                raise Refusal(Code.RULE_INVALID, field=words)

    def to_json(self) -> dict[str, Any]:
        """Canonical values only: strings, integers, booleans; fractions as "1/2"."""
        made: dict[str, Any] = msgspec.to_builtins(self, enc_hook=encode_hook)
        return made

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Rule":
        """Refuses with RULE_INVALID what is not a sound rule."""
        try:
            return msgspec.convert(body, cls, dec_hook=decode_hook)
        except msgspec.ValidationError as error:
            raise Refusal(Code.RULE_INVALID, field=N_("格式")) from error


_LIMITS = (
    ("version", N_("版本"), 1, 1_000_000),
    ("speech_seconds", N_("发言时间"), 10, 3600),
    ("speeches_per_item", N_("发言次数"), 1, 100),
    ("notice_days", N_("公告天数"), 0, 90),
    ("day_minutes", N_("会议时长"), 10, 1440),
)
_TEXTS = (("name", N_("名称")), ("source", N_("依据")), ("label", N_("性质")))

CONSULTATION = Rule(
    name=N_("社区意向征询（系统自带）"),
    version=1,
    source=N_(
        "系统自带的默认规则，不是法律规定。社区可以换成自己通过的议事规则；"
        "居民会议、业主大会的法定程序，以现行法律和当地规定为准。"
    ),
    label=N_("意向征询"),
    attendance=Share(Fraction(1, 2), strict=True),
    participation=None,
    majority=Share(Fraction(1, 2), strict=True),
    base="cast",
    may_change=True,
    speech_seconds=180,
    speeches_per_item=2,
    notice_days=7,
    day_minutes=150,
)
"""What a new community starts with until it adopts a rule of its own."""
