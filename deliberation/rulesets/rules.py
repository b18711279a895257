"""The rule of a vote and of the meeting around it: data with a version and a source.

No quorum and no majority is a constant of this program: a community adopts its own rule, says
where it comes from, and every ballot carries the whole rule it was opened under.
"""

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.rulesets.exact import decode_hook, encode_hook

Base = Literal["cast", "valid", "yes_no", "entitled", "present"]
"""What votes in favour are measured against: all that were cast, those without the spoilt ones,
those for and against, all who may vote, all who are present."""

Pattern = Literal["consultation", "residents", "owners", "joint"]
"""Owners' patterns follow Civil Code §278 and §279, and are consultations here all the same."""

Electorate = Literal["households", "persons", "owners"]
"""One vote a household; a person; or a head of owners, with the areas of its units summed."""


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


class RuleWords(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's own words in another language."""

    language: str
    name: str
    source: str
    label: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One community's rule, frozen into every ballot that is opened under it.

    What is None was not laid down: no requirement; but a rule without a `majority` cannot be used.
    """

    key: str = "consultation"
    """Names the rule set among the community's, for all its versions."""
    pattern: Pattern = "consultation"
    name: str
    version: int
    source: str
    """Which law, statute or decision of the community it rests on, in words."""
    label: str
    """Stands beside every ballot and result, so that no one takes it for an owners' vote."""
    words: tuple[RuleWords, ...] = ()
    in_force_from: date | None = None
    in_force_until: date | None = None
    """The last day on which it may be used."""
    electorate: Electorate = "households"
    attendance: Share | None
    """到会要求: how much of the roll must be present before a ballot may open."""
    attendance_area: Share | None = None
    participation: Share | None
    """How much of the entitled must vote for the result to be valid."""
    participation_area: Share | None = None
    """The same of their area."""
    majority: Share | None
    majority_area: Share | None = None
    """Of the area too, where a double majority is needed."""
    base: Base
    follow: Literal["none", "apart", "resolved"] = "none"
    """Whether 随多数 may be ticked: it is counted apart, and joins the greater of for and against
    at the end only where it is `resolved`. Who returned nothing never voted."""
    may_change: bool
    """A voter may change the vote until the ballot is closed; otherwise the first one is final."""
    secrecy: Literal["open", "open-masked", "secret"] = "open-masked"
    """Published with name; kept with the voter and published without; or kept with nobody."""
    chair: Literal["votes", "silent", "breaks-ties"] = "votes"
    """What who presides may do."""
    proxies: int = 0
    """Mandates one person may hold; 0: nobody votes for another."""
    window_days: int = 0
    """How long a ballot may stand open; 0: in the meeting only."""
    objection_days: int = 0
    """How long a result is provisional; 0: it is final when it is announced."""
    shown: Literal["at-once", "certified"] = "at-once"
    """Whether the result is announced at once, provisionally, or only after the objection window,
    in which nobody knows the count: then it is final."""
    precedence: Literal["first", "paper", "online"] = "first"
    """Which vote counts where one voter voted on paper and on a screen; `first` for secret ones."""
    by_hands: bool = False
    """A show of hands may be counted instead of votes with a voter."""
    tie_break: Literal["none", "list", "lot"] = "none"
    """How a tie for the last place is broken: not at all, by the list's order, by lot."""
    needs_supervisor: bool = False
    """A supervisor (监票人) signs before the result is announced."""
    speech_seconds: int
    speeches_per_item: int
    notice_days: int
    day_minutes: int

    def __post_init__(self) -> None:
        for name, (words, least, most) in LIMITS.items():
            if not least <= getattr(self, name) <= most:
                raise Refusal(Code.RULE_INVALID, field=words)
        for name, words in TEXTS.items():
            if not getattr(self, name).strip():
                raise Refusal(Code.RULE_INVALID, field=words)
        if not is_key(self.key):
            raise Refusal(Code.RULE_INVALID, field=N_("代号"))
        self._check_area()
        self._check_secrecy()
        if self.in_force_from and self.in_force_until and self.in_force_until < self.in_force_from:
            raise Refusal(Code.RULE_INVALID, field=N_("施行日期"))

    def _check_area(self) -> None:
        """An area is the owners'."""
        shares = (self.attendance_area, self.participation_area, self.majority_area)
        if self.electorate != "owners" and any(shares):
            raise Refusal(Code.RULE_INVALID, field=N_("按面积"))

    def _check_secrecy(self) -> None:
        """An area names its unit, and a second vote could only be told by joining it to its voter:
        secret votes are one each, the first is final, and its channel counts."""
        if self.secrecy == "secret" and (
            self.majority_area
            or self.participation_area
            or self.may_change
            or self.precedence != "first"
            or self.proxies
        ):
            raise Refusal(Code.RULE_INVALID, field=N_("秘密表决"))

    @property
    def decisive(self) -> Share:
        """The majority. Raises RULE_INCOMPLETE where it was not laid down yet."""
        if self.majority is None:
            raise Refusal(Code.RULE_INCOMPLETE, rule=self.name)
        return self.majority

    @property
    def is_by_area(self) -> bool:
        return self.majority_area is not None or self.participation_area is not None

    @property
    def is_complete(self) -> bool:
        """Residents' meetings need a quorum by law, so theirs is laid down too."""
        has_quorum = self.attendance is not None or self.participation is not None
        return self.majority is not None and (has_quorum or self.pattern != "residents")

    def is_in_force(self, on: date) -> bool:
        return (self.in_force_from or on) <= on <= (self.in_force_until or on)

    def check_usable(self, on: date) -> None:
        """Raises RULE_INCOMPLETE or RULE_NOT_IN_FORCE for a meeting held on that day."""
        if not self.is_complete:
            raise Refusal(Code.RULE_INCOMPLETE, rule=self.name)
        if not self.is_in_force(on):
            raise Refusal(Code.RULE_NOT_IN_FORCE, rule=self.name, day=on.isoformat())

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


_KEY = re.compile(r"[a-z0-9-]{1,14}")


def is_key(text: str) -> bool:
    """Whether a rule set may be named so."""
    return _KEY.fullmatch(text) is not None


LIMITS: Mapping[str, tuple[str, int, int]] = MappingProxyType(
    {
        "proxies": (N_("委托"), 0, 100),
        "window_days": (N_("开放天数"), 0, 90),
        "objection_days": (N_("异议天数"), 0, 60),
        "version": (N_("版本"), 1, 1_000_000),
        "speech_seconds": (N_("发言时间"), 10, 3600),
        "speeches_per_item": (N_("发言次数"), 1, 100),
        "notice_days": (N_("公告天数"), 0, 90),
        "day_minutes": (N_("会议时长"), 10, 1440),
    }
)
"""Of each whole number: what it is called, the least and the most it may be."""
TEXTS: Mapping[str, str] = MappingProxyType(
    {"name": N_("名称"), "source": N_("依据"), "label": N_("性质")}
)
"""What may not be left empty."""
