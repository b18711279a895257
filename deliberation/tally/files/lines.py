"""What all readers share: text from bytes, numbers of a sane size, labels, papers counted alike."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence
from deliberation.tally.profile import Paper, Profile

MOST_BYTES = 100_000_000
MOST_OPTIONS = 10_000

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_AMOUNT = re.compile(r"([0-9]{1,15})(?:[.,]([0-9]{1,9}))?")

NOT_A_NUMBER = N_("这里应该是一个数，最多15位")
TWICE = N_("一张票上同一个选项出现了两次")
UNKNOWN = N_("票上有一个名单里没有的选项")
NO_OPTIONS = N_("没有一个选项")
TOO_MANY = N_("选项太多，最多一万个")
CUT_OFF = N_("文件在这里断了，后面还应该有内容")

Groups = tuple[tuple[int, ...], ...]
Grades = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file that was read. `names` are longer names for people, by option, where the labels are
    only numbers or codes; `remarks` are for whoever counts and change nothing."""

    profile: Profile
    names: tuple[str, ...] = ()
    remarks: tuple[Sentence, ...] = ()


def unreadable(line: int, why: str) -> Refusal:
    """`line` counts from 1; `why` is a Chinese msgid."""
    return Refusal(Code.TALLY_UNREADABLE, line=line, why=why)


def decoded(data: bytes) -> str:
    """UTF-8 or what its byte order mark says, else GB18030, as spreadsheets in China save it."""
    if len(data) > MOST_BYTES:
        raise unreadable(1, N_("文件太大，最多100兆字节"))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise unreadable(1, N_("不是文本文件，或者不是UTF-8或GB18030编码"))


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, without the empty ones. Only LF, CR and CRLF end a line."""
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if stripped := line.strip():
            yield number, stripped


def whole(text: str, line: int, least: int | None = None) -> int:
    """A whole number of at most 15 digits."""
    stripped = text.strip()
    if not _WHOLE.fullmatch(stripped):
        raise unreadable(line, NOT_A_NUMBER)
    if least is not None and int(stripped) < least:
        raise unreadable(line, N_("这个数太小"))
    return int(stripped)


def amount(text: str, line: int) -> Fraction:
    """An amount of money, exactly; "," and "." both begin decimals."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise unreadable(line, N_("这里应该是一笔钱，例如12500或99.50"))
    decimals = found[2] or ""
    return Fraction(int(found[1] + decimals), 10 ** len(decimals))


def label(text: str) -> str:
    """What people wrote, on one line and without signs that steer a terminal."""
    if text.isalnum():
        return text  # most cells of a large table are a digit
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def labels(texts: Iterable[str]) -> tuple[str, ...]:
    """Labels of options that are told apart by number: two of one name are two people, and the
    second becomes "李明 (2)"; one without a name is called by its number, from 1."""
    called: dict[str, int] = {}
    taken: dict[str, None] = {}
    for number, text in enumerate(texts, 1):
        base = name = label(text) or str(number)
        while name in taken:
            called[base] = called.get(base, 1) + 1
            name = f"{base} ({called[base]})"
        taken[name] = None
    return tuple(taken)


def check_options(count: int, line: int) -> None:
    if count < 1:
        raise unreadable(line, NO_OPTIONS)
    if count > MOST_OPTIONS:
        raise unreadable(line, TOO_MANY)


@dataclass(slots=True)
class Papers:
    """Papers as they are read; those alike are one paper with copies."""

    copies: dict[tuple[Groups, Grades], int] = field(default_factory=dict)
    _tidy: dict[tuple[Groups, Grades], tuple[Groups, Grades]] = field(default_factory=dict)

    def add(self, line: int, copies: int, ranking: Groups = (), grades: Grades = ()) -> None:
        """`copies` is 1 or more. Refuses a paper that names an option twice."""
        key = self._tidy.get((ranking, grades))
        if key is None:
            key = self._tidy[ranking, grades] = _tidy(line, ranking, grades)
        self.copies[key] = self.copies.get(key, 0) + copies

    def all(self) -> tuple[Paper, ...]:
        return tuple(
            Paper(copies=copies, ranking=ranking, grades=grades)
            for (ranking, grades), copies in self.copies.items()
        )


def _tidy(line: int, ranking: Groups, grades: Grades) -> tuple[Groups, Grades]:
    named = [option for group in ranking for option in group]
    if len(set(named)) != len(named) or len({n for n, _grade in grades}) != len(grades):
        raise unreadable(line, TWICE)
    groups = tuple(tuple(sorted(group)) for group in ranking if group)
    return groups, tuple(sorted(grades))


def option_of(by_name: Mapping[str, int], name: str, line: int) -> int:
    found = by_name.get(name)
    if found is None:
        raise unreadable(line, UNKNOWN)
    return found
