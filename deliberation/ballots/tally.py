"""What a count says: totals, thresholds, outcome, and the working in sentences."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence


class Choice(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


FOLLOW = "follow"
"""随多数, where the rule has it on the ballot."""


class Outcome(StrEnum):
    ADOPTED = "adopted"
    REJECTED = "rejected"
    INVALID = "invalid"
    """Too few took part for the result to count either way."""
    CHOSEN = "chosen"
    """Of several options, as many were chosen as were to be."""
    UNDECIDED = "undecided"
    """A tie that no rule breaks, or nobody whom 以上都不是 did not beat."""


CHOICE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Choice.FOR: N_("赞成"),
        Choice.AGAINST: N_("反对"),
        Choice.ABSTAIN: N_("弃权"),
        FOLLOW: N_("随多数"),
    }
)

OUTCOME_WORDS: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.ADOPTED: N_("通过"),
        Outcome.REJECTED: N_("未通过"),
        Outcome.INVALID: N_("参与不足，结果无效"),
        Outcome.CHOSEN: N_("已选出"),
        Outcome.UNDECIDED: N_("没有选出"),
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


class Areas(msgspec.Struct, frozen=True, kw_only=True):
    """The same by area, in 0.01 m²."""

    totals: dict[Choice, int]
    cast: int
    """That of spoilt papers is in it."""
    entitled: int
    participation: Threshold | None
    majority: Threshold | None
    spoilt: int = 0


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The count of one ballot with its working, in voters."""

    totals: dict[Choice, int]
    """Of a motion; of a choice among options, only who abstained."""
    cast: int
    """Spoilt papers are among them."""
    entitled: int
    present: int
    turnout: str
    """`cast` of `entitled` in per cent, cut off."""
    participation: Threshold | None
    majority: Threshold | None
    """None where options are chosen from."""
    outcome: Outcome
    steps: tuple[Sentence, ...]
    spoilt: int = 0
    follow: int = 0
    """随多数, before any of them was added to for or against."""
    areas: Areas | None = None
    count: dict[str, Any] | None = None
    """Of a choice among options: method, winners, order and working."""

    def to_json(self) -> dict[str, Any]:
        """Canonical values only: strings, integers, booleans."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Tally":
        return msgspec.convert(body, cls)


def area_text(hundredths: int) -> str:
    """Square metres with both decimals: 8 100 hundredths are "81.00"."""
    return f"{hundredths // 100}.{hundredths % 100:02}"
