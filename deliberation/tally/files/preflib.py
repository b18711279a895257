"""PrefLib's orders: .soc, .soi, .toc and .toi, in the format of today and the one before 2022.

Mattei and Walsh (2013), "PrefLib: A Library for Preferences"; https://preflib.github.io. Today:

    # TITLE: Board
    # NUMBER VOTERS: 8
    # ALTERNATIVE NAME 1: Ada
    # ALTERNATIVE NAME 2: Bo
    # ALTERNATIVE NAME 3: Cy
    5: 1,{2,3}
    3: 3

and before, the same with the number of alternatives first, then "1,Ada" and so on, then the sums
"8,8,2", and the orders as "5,1,{2,3}". Alternatives in braces stand alike; an order that names
nobody is a blank paper. What the file says of its own sums is compared, and a difference remarked.
"""

import re

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.tally.files.lines import (
    CUT_OFF,
    NO_OPTIONS,
    Papers,
    Read,
    check_options,
    label,
    labels,
    numbered,
    option_of,
    unreadable,
    whole,
)
from deliberation.tally.profile import Profile

_KEY = re.compile(r"#\s*([A-Z ]+?)\s*(\d{0,9})\s*:\s*(.*)")
_PART = re.compile(r"\s*(?:\{([^{}]*)\}|([^{},]*))\s*(?:,|$)")

Lines = list[tuple[int, str]]


def read_preflib(text: str) -> Read:
    """Refuses with TALLY_UNREADABLE, and the line, what is no such file."""
    lines = list(numbered(text))
    if not lines:
        raise unreadable(1, NO_OPTIONS)
    return _read_modern(lines) if lines[0][1].startswith("#") else _read_old(lines)


def _read_modern(lines: Lines) -> Read:
    names: dict[str, str] = {}
    said: dict[str, tuple[int, str]] = {}
    orders: Lines = []
    for line, words in lines:
        if not words.startswith("#"):
            orders.append((line, words))
        elif found := _KEY.fullmatch(words):
            if found[1] == "ALTERNATIVE NAME":
                names[_number(found[2])] = found[3]
            else:
                said[found[1]] = (line, found[3])
    if not names and "NUMBER ALTERNATIVES" in said:
        line, number = said["NUMBER ALTERNATIVES"]
        check_options(count := whole(number, line, least=0), line)
        names = {str(n): "" for n in range(1, count + 1)}
    title = label(said["TITLE"][1]) if "TITLE" in said else ""
    declared = None
    if "NUMBER VOTERS" in said:
        line, number = said["NUMBER VOTERS"]
        declared = whole(number, line)
    return _read_orders(names, orders, ":", title, declared)


def _read_old(lines: Lines) -> Read:
    line, words = lines[0]
    check_options(count := whole(words, line, least=0), line)
    if len(lines) < count + 2:
        raise unreadable(lines[-1][0], CUT_OFF)
    names: dict[str, str] = {}
    for line, words in lines[1 : count + 1]:
        number, comma, name = words.partition(",")
        if not comma or _number(number) in names:
            raise unreadable(line, N_("这里应该是一个选项的编号和名字，中间用逗号"))
        names[str(whole(number, line))] = name
    line, words = lines[count + 1]
    sums = words.split(",")
    declared = whole(sums[1] if len(sums) > 1 else "", line)
    return _read_orders(names, lines[count + 2 :], ",", "", declared)


def _number(text: str) -> str:
    """As the orders write it, without leading zeros."""
    return text.strip().lstrip("0") or "0"


def _read_orders(
    names: dict[str, str], orders: Lines, after_count: str, title: str, declared: int | None
) -> Read:
    check_options(len(names), orders[0][0] if orders else 1)
    options = {number: n for n, number in enumerate(names)}
    papers, votes = Papers(), 0
    for line, words in orders:
        copies, _sign, order = words.partition(after_count)
        voters = whole(copies, line, least=1)
        papers.add(line, voters, _ranking(order, options, line))
        votes += voters
    profile = Profile(
        labels=labels(name or number for number, name in names.items()),
        papers=papers.all(),
        title=title,
    )
    return Read(profile=profile, remarks=_remarks(declared, votes))


def _ranking(order: str, options: dict[str, int], line: int) -> tuple[tuple[int, ...], ...]:
    ranking: list[tuple[int, ...]] = []
    at = 0
    while at < len(order):
        found = _PART.match(order, at)
        if found is None or found.end() == at:
            raise unreadable(line, N_("花括号没有成对"))
        at = found.end()
        parts = [part for part in (found[1] or found[2] or "").split(",") if part.strip()]
        ranking.append(tuple(option_of(options, _number(part), line) for part in parts))
    return tuple(ranking)


def _remarks(declared: int | None, votes: int) -> tuple[Sentence, ...]:
    if declared is None or declared == votes:
        return ()
    text = N_("文件里写着共{declared}张票，读到的是{votes}张。")
    return (say(text, declared=declared, votes=votes),)
