"""What a ballot asks: a motion, or a choice among options; and how a vote on it is written.

A vote is text with one spelling only, so that equal votes are equal texts: "for"; "3"; "1,4";
"2>1>3"; "5,,3" (grades in the order of the options); "none" (以上都不是); "abstain".
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_

Method = Literal[
    "for-against-abstain",
    "plurality",
    "approval",
    "top",
    "schulze",
    "irv",
    "stv",
    "rating",
    "majority-judgment",
    "greedy",
    "equal-shares",
]
Shape = Literal["motion", "one", "some", "ranking", "grades"]
"""How a vote on it looks."""

SHAPES: Mapping[Method, Shape] = MappingProxyType(
    {
        "for-against-abstain": "motion",
        "plurality": "one",
        "approval": "some",
        "top": "some",
        "schulze": "ranking",
        "irv": "ranking",
        "stv": "ranking",
        "rating": "grades",
        "majority-judgment": "grades",
        "greedy": "some",
        "equal-shares": "some",
    }
)
BUDGETS = frozenset({"greedy", "equal-shares"})
FEWEST_OPTIONS, MOST_OPTIONS = 2, 40
LONGEST_OPTION = 120
BEST_GRADE = 5
NONE, ABSTAIN, FOLLOW = "none", "abstain", "follow"
_NUMBER = re.compile(r"[1-9][0-9]?")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Frozen with the notice. Refuses with QUESTION_INVALID what cannot be voted on."""

    method: Method = "for-against-abstain"
    options: tuple[str, ...] = ()
    seats: int = 1
    """How many are chosen; for a budget, as many as it reaches."""
    most: int = 0
    """How many options a vote may name; 0: all of them."""
    costs: tuple[int, ...] = ()
    """Of each project, in 0.01 yuan."""
    budget: int = 0
    """In 0.01 yuan."""

    def __post_init__(self) -> None:
        if self.method == "for-against-abstain":
            if self.options or self.costs or self.budget or self.most or self.seats != 1:
                raise Refusal(Code.QUESTION_INVALID, field=N_("选项"))
            return
        self._check_options()
        if not 1 <= self.seats < max(2, len(self.options)):
            raise Refusal(Code.QUESTION_INVALID, field=N_("名额"))
        if not 0 <= self.most <= len(self.options):
            raise Refusal(Code.QUESTION_INVALID, field=N_("最多选几项"))
        if (self.method in BUDGETS) != bool(self.costs):
            raise Refusal(Code.QUESTION_INVALID, field=N_("费用"))
        if self.costs:
            self._check_costs()

    def _check_options(self) -> None:
        options = self.options
        if (
            not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS
            or len(set(options)) != len(options)
            or any(not o.strip() or len(o) > LONGEST_OPTION for o in options)
        ):
            raise Refusal(Code.QUESTION_INVALID, field=N_("选项"))

    def _check_costs(self) -> None:
        if len(self.costs) != len(self.options) or min(self.costs) <= 0:
            raise Refusal(Code.QUESTION_INVALID, field=N_("费用"))
        if not 0 < self.budget < 2**53:
            raise Refusal(Code.QUESTION_INVALID, field=N_("总金额"))

    @property
    def shape(self) -> Shape:
        return SHAPES[self.method]

    @property
    def has_none(self) -> bool:
        """以上都不是 stands on every choice of one or some: without it, nobody could object."""
        return self.shape in ("one", "some")

    @property
    def may_name(self) -> int:
        """How many options a vote may name."""
        if self.shape == "one":
            return 1
        return self.most or (self.seats if self.method == "top" else len(self.options))

    def to_json(self) -> dict[str, Any]:
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Question":
        """Refuses with QUESTION_INVALID."""
        try:
            return msgspec.convert(body, cls)
        except msgspec.ValidationError as error:
            raise Refusal(Code.QUESTION_INVALID, field=N_("格式")) from error

    def choice_from(self, text: str, *, follow: bool = False) -> str:
        """The vote in its one spelling. Raises BALLOT_CHOICE_UNKNOWN for what is no vote on this;
        `follow`: whether 随多数 may be ticked."""
        if self.shape == "motion":
            known = {"for", "against", ABSTAIN} | ({FOLLOW} if follow else set())
            return text if text in known else _unknown()
        if text == ABSTAIN or (text == NONE and self.has_none):
            return text
        if self.shape == "grades":
            return self._grades(text)
        named = self._named(text, ">" if self.shape == "ranking" else ",")
        if self.shape == "ranking":
            return ">".join(map(str, named))
        return ",".join(map(str, sorted(named)))

    def _named(self, text: str, sign: str) -> list[int]:
        parts = text.split(sign, MOST_OPTIONS)
        if not all(_NUMBER.fullmatch(part) for part in parts):
            _unknown()
        named = [int(part) for part in parts]
        if len(set(named)) != len(named) or len(named) > self.may_name:
            _unknown()
        if max(named) > len(self.options):
            _unknown()
        return named

    def _grades(self, text: str) -> str:
        parts = text.split(",", MOST_OPTIONS)
        known = {"", *map(str, range(1, BEST_GRADE + 1))}
        if len(parts) != len(self.options) or not set(parts) <= known or not any(parts):
            _unknown()
        return ",".join(parts)


MOTION = Question()


def _unknown() -> Any:
    raise Refusal(Code.BALLOT_CHOICE_UNKNOWN)
