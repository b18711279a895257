"""BLT, the format of ballots that programs for the single transferable vote exchange.

Wichmann (1994), "A voting program", Voting matters 1, and what OpenSTV and OpaVote added since
(https://www.opavote.com/help/overview#blt-file-format):

    4 2            4 candidates, 2 seats
    -3             candidate 3 has withdrawn
    3 1 2=4 0      three ballots: 1 first, then 2 and 4 alike
    1 2 - 4 0      a rank that was skipped; the ranks after it move up
    (B7) 1 4 0     the name of a ballot, in parentheses, is passed over
    0
    "Ada"          four names, and the title
    "Bo"
    "Cy"
    "Di"
    "Board"

Everything after # is a comment. Line ends mean nothing, so that several ballots may share a line.
Names may be left out altogether: candidates are then called by number. Two of one name are two
candidates. A weight that is no whole number, and a candidate named twice on a ballot, are refused.
"""

import re
from collections.abc import Iterator

from deliberation.i18n import N_
from deliberation.tally.files.lines import (
    CUT_OFF,
    UNKNOWN,
    Groups,
    Papers,
    Read,
    check_options,
    label,
    labels,
    numbered,
    unreadable,
    whole,
)
from deliberation.tally.profile import Profile

_TOKEN = re.compile(r'\s*(?:#.*|("[^"]*")|(\([^()"]*\))|([^\s"#()]+)|(.))')

Token = tuple[int, str]
"""A line number, and a number or a text in quotes."""


def read_blt(text: str) -> Read:
    """Refuses with TALLY_UNREADABLE, and the line, what is no BLT file."""
    tokens = _Tokens(text)
    line, count = tokens.number(least=0)
    check_options(count, line)
    seats = tokens.number(least=1)[1]
    withdrawn: set[int] = set()
    papers, known = Papers(), dict[str, Groups]()
    for line, word in tokens:
        number = whole(word, line)
        if number == 0:
            break
        if number > 0:
            papers.add(line, number, _ranking(tokens, count, known))
        elif papers.copies or -number > count:
            raise unreadable(line, N_("退出的候选人要写在选票之前，用负的编号"))
        else:
            withdrawn.add(-number - 1)
    else:
        raise unreadable(tokens.line, CUT_OFF)
    names, title = _names(tokens, count)
    profile = Profile(
        labels=names,
        papers=papers.all(),
        seats=seats,
        withdrawn=frozenset(withdrawn),
        title=title,
    )
    return Read(profile=profile)


class _Tokens(Iterator[Token]):
    """What the file holds, one after another; `line` is that of the last one."""

    def __init__(self, text: str) -> None:
        self.line = 1
        self._words = self._split(text)

    def __next__(self) -> Token:
        return next(self._words)

    def number(self, least: int) -> tuple[int, int]:
        word = next(self, None)
        if word is None:
            raise unreadable(self.line, CUT_OFF)
        return word[0], whole(word[1], word[0], least)

    def _split(self, text: str) -> Iterator[Token]:
        for number, line in numbered(text):
            self.line = number
            if '"' not in line and "#" not in line and "(" not in line:
                yield from ((number, word) for word in line.split())
                continue
            for quoted, _name, word, stray in _TOKEN.findall(line):
                if stray.strip():
                    raise unreadable(number, N_("引号或括号没有成对"))
                if quoted or word:
                    yield number, quoted or word


def _ranking(tokens: _Tokens, count: int, known: dict[str, Groups]) -> Groups:
    """The groups of a ballot, up to its 0. `known` are words that were read before."""
    ranking: list[tuple[int, ...]] = []
    for line, word in tokens:
        if word == "0":
            return tuple(ranking)
        if (groups := known.get(word)) is None:
            groups = known[word] = _groups(word, line, count)
        ranking += groups
    raise unreadable(tokens.line, CUT_OFF)


def _groups(word: str, line: int, count: int) -> Groups:
    """None for a rank that was skipped, else one."""
    if word == "-":
        return ()
    group = tuple(whole(part, line, least=1) - 1 for part in word.split("="))
    if max(group) >= count:
        raise unreadable(line, UNKNOWN)
    return (group,)


def _names(tokens: _Tokens, count: int) -> tuple[tuple[str, ...], str]:
    """The labels and the title. All names are there, or none."""
    texts = []
    for line, word in tokens:
        if not word.startswith('"'):
            raise unreadable(line, N_("名字和标题要放在英文引号里"))
        texts.append(word[1:-1])
    if texts and not count <= len(texts) <= count + 1:
        raise unreadable(tokens.line, N_("名字的个数和候选人的个数不同"))
    title = label(texts[count]) if len(texts) > count else ""
    return labels(texts[:count] or [""] * count), title
