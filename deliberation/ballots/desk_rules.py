"""What the paper desk works by: reading a stack, comparing two readings, adding up. Pure.

A stack is a mapping, so that what two people found can be compared line by line: of named votes
serial (or voter) → choice; of papers without a number, and of hands, choice → how many.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from deliberation.errors import Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.rulesets.questions import ABSTAIN, FOLLOW, NONE, Question

SPOILT = "spoilt"
"""A paper that says nothing that can be counted (废票)."""
PAPER, TEL, HANDS = "paper", "tel", "hands"
LARGEST_STACK = 1_000

Lines = dict[str, str]
Piles = dict[str, int]

_CODES: Mapping[str, str] = MappingProxyType(
    {
        "0": SPOILT,
        "废": SPOILT,
        "废票": SPOILT,
        "弃": ABSTAIN,
        "弃权": ABSTAIN,
        "无": NONE,
        "以上都不是": NONE,
    }
)
_MOTION_CODES: Mapping[str, str] = MappingProxyType(
    {
        **_CODES,
        "1": "for",
        "赞": "for",
        "赞成": "for",
        "2": "against",
        "反": "against",
        "反对": "against",
        "3": ABSTAIN,
        "4": FOLLOW,
        "随多数": FOLLOW,
    }
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that cannot be taken, with the reason; `line` counts from 1."""

    line: int
    words: Sentence


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was read: whose it is, as it was typed, and the choice."""

    line: int
    name: str
    choice: str


@dataclass(slots=True)
class Read:
    """All lines of a stack; nothing of it is entered while one is wrong."""

    lines: list[Line] = field(default_factory=list)
    piles: Piles = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


def choice_of(text: str, question: Question, *, follow: bool = False) -> str:
    """A choice as it is typed at the desk: 1 赞成 2 反对 3 弃权 0 废票, or the numbers of options.
    Raises BALLOT_CHOICE_UNKNOWN."""
    plain = re.sub(r"[\s、]+", ",", unicodedata.normalize("NFKC", text).strip().lower())
    known = (_MOTION_CODES if question.shape == "motion" else _CODES).get(plain, plain)
    if known == SPOILT:
        return SPOILT
    if question.shape == "ranking":
        known = known.replace(",", ">")
    return question.choice_from(known, follow=follow)


_SERIAL = re.compile(r"([0-9]{1,6})[\s:,、.]+(.+)")
_DOOR = re.compile(r"(.*\S)\s+(\S+)")
_PILE = re.compile(r"(.*\S)\s*[x*×]\s*([0-9]{1,5})")


def read_serials(text: str, question: Question, *, follow: bool = False) -> Read:
    """Lines of "serial choice"."""
    return _read_named(
        text, _SERIAL, N_("第{line}行：要写成“序号 选择”，比如“12 1”。"), question, follow
    )


def read_doors(text: str, question: Question, *, follow: bool = False) -> Read:
    """Lines of "door choice", or of a card's code and a choice."""
    return _read_named(
        text, _DOOR, N_("第{line}行：要写成“门牌 选择”，比如“1-101 1”。"), question, follow
    )


def _read_named(
    text: str, pattern: re.Pattern[str], shape: str, question: Question, follow: bool
) -> Read:
    read, seen = Read(), dict[str, int]()
    for n, line in _numbered(text):
        found = pattern.fullmatch(line)
        if found is None:
            read.wrong.append(Wrong(n, say(shape, line=n)))
            continue
        name = found[1].lstrip("0") or "0" if pattern is _SERIAL else found[1]
        choice = _choice_on(n, found[2], question, follow, read)
        if name in seen:
            words = N_("第{line}行：“{name}”在第{first}行已经有了。")
            read.wrong.append(Wrong(n, say(words, line=n, name=name, first=seen[name])))
        elif choice:
            seen[name] = n
            read.lines.append(Line(n, name, choice))
    return read


def read_piles(text: str, question: Question, *, follow: bool = False) -> Read:
    """Lines of a choice, each a paper, or of a pile: "1 x25"."""
    read = Read()
    for n, line in _numbered(text):
        pile = _PILE.fullmatch(line)
        choice = _choice_on(n, pile[1] if pile else line, question, follow, read)
        if choice:
            read.piles[choice] = read.piles.get(choice, 0) + (int(pile[2]) if pile else 1)
    read.piles = {choice: n for choice, n in read.piles.items() if n}
    return read


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    lines = unicodedata.normalize("NFKC", text).splitlines()
    for n, line in enumerate(lines, 1):
        if line.strip():
            yield n, line.strip()


def _choice_on(n: int, text: str, question: Question, follow: bool, read: Read) -> str:
    try:
        return choice_of(text, question, follow=follow)
    except Refusal:
        words = N_("第{line}行：没有“{typed}”这个选择。")
        read.wrong.append(Wrong(n, say(words, line=n, typed=text)))
        return ""


_TYPED: Mapping[str, str] = MappingProxyType(
    {
        "for": "赞成",
        "against": "反对",
        ABSTAIN: "弃权",
        FOLLOW: "随多数",
        NONE: "以上都不是",
        SPOILT: "废票",
    }
)


def text_of(found: Mapping[str, str | int], names: Mapping[str, str]) -> str:
    """A stack as it could have been typed, to be corrected; `names` are the doors of voters."""
    lines = []
    for name, value in sorted(found.items(), key=lambda one: (len(one[0]), one[0])):
        if isinstance(value, int):
            lines.append(f"{_TYPED.get(name, name)} x{value}")
        else:
            lines.append(f"{names.get(name, name)} {_TYPED.get(value, value)}")
    return "\n".join(lines)


def choices_of(question: Question, *, follow: bool = False) -> list[tuple[str, str]]:
    """What may be typed for a choice, and what it means; the options' own words, for a list."""
    if question.shape == "motion":
        named = [("1", "for"), ("2", "against"), ("3", ABSTAIN)] + ([("4", FOLLOW)] * follow)
    else:
        named = [(str(n), str(n)) for n in range(1, len(question.options) + 1)]
        named += [("无", NONE)] * question.has_none + [("弃", ABSTAIN)]
    return [*named, ("0", SPOILT)]


def size_of(found: Mapping[str, str | int]) -> int:
    """How many votes lie in a stack, the spoilt ones among them."""
    return sum(value if isinstance(value, int) else 1 for value in found.values())


@dataclass(frozen=True, slots=True)
class Difference:
    """One line on which two people do not agree; None where one of them has none."""

    name: str
    first: str | int | None
    second: str | int | None


def differences(
    first: Mapping[str, str | int], second: Mapping[str, str | int]
) -> list[Difference]:
    """In the order of serials, or of choices."""
    names = sorted({*first, *second}, key=lambda name: (len(name), name))
    return [
        Difference(name, first.get(name), second.get(name))
        for name in names
        if first.get(name) != second.get(name)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSheet:
    """The votes of one channel on the reconciliation sheet: what came back was counted, spoilt, or
    not taken because the voter has another vote. Nothing here says how anybody voted."""

    channel: str
    returned: int
    counted: int
    spoilt: int = 0
    issued: int | None = None
    """Of papers alone."""
    voided: int = 0
    """Numbers of papers that were lost and issued again."""

    @property
    def refused(self) -> int:
        return self.returned - self.counted - self.spoilt

    @property
    def outstanding(self) -> int | None:
        """Issued, and not come back."""
        return None if self.issued is None else self.issued - self.returned

    @property
    def adds_up(self) -> bool:
        return min(self.counted, self.spoilt, self.refused, self.outstanding or 0) >= 0

    def to_json(self) -> dict[str, Any]:
        return {
            "channel": self.channel,
            "issued": self.issued,
            "voided": self.voided,
            "returned": self.returned,
            "counted": self.counted,
            "spoilt": self.spoilt,
            "refused": self.refused,
            "outstanding": self.outstanding,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The reconciliation sheet of a ballot. `waiting`: batches that two have not agreed on."""

    ballot: str
    entitled: int
    channels: Sequence[ChannelSheet]
    waiting: int

    @property
    def cast(self) -> int:
        """Those who took part; who handed in a spoilt paper did."""
        return sum(one.counted + one.spoilt for one in self.channels)

    @property
    def adds_up(self) -> bool:
        return all(one.adds_up for one in self.channels) and self.cast <= self.entitled

    def to_json(self) -> dict[str, Any]:
        return {
            "ballot": self.ballot,
            "entitled": self.entitled,
            "cast": self.cast,
            "waiting": self.waiting,
            "channels": [one.to_json() for one in self.channels],
        }


def without_empty(channels: Iterable[ChannelSheet]) -> list[ChannelSheet]:
    """The channels that anybody used."""
    return [one for one in channels if one.returned or one.issued or one.counted or one.spoilt]
