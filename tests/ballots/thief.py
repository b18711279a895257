"""A thief who wants to know who voted what in a secret ballot that is closed.

The thief has all that is kept (files, log, a backup), looks for orders of voters and of votes in
it, and lays one beside another. Which pair of orders to trust is learnt from ballots whose votes
the thief knows; then it is judged on others.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from uuid import UUID

_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VOTE = re.compile(rb"([2-9A-Z]{4}-[2-9A-Z]{4})(?:for|against|abstain)$")
_RECEIPT = re.compile(rb"[2-9A-Z]{4}-[2-9A-Z]{4}")
_ID = 36
CHANNEL = b"phone"

Orders = dict[str, list[str]]
"""By where they were found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loot:
    """What one closed ballot left behind."""

    voters: Orders
    receipts: Orders
    published: Mapping[str, str]
    """The list that everybody may read: choices by receipts."""

    def guesses(self, electorate: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
        """The choice of each voter, by each pair of orders; what an order leaves out comes last."""
        everybody, all_receipts = sorted(electorate), sorted(self.published)
        for (a, voters), (b, receipts) in product(self.voters.items(), self.receipts.items()):
            people = _completed(voters, everybody)
            choices = [self.published[r] for r in _completed(receipts, all_receipts)]
            yield f"{a} × {b}", dict(zip(people, choices, strict=True))
            yield f"{a} × {b}, backwards", dict(zip(people, reversed(choices), strict=True))


def _completed(found: Iterable[str], everything: Sequence[str]) -> list[str]:
    known = [one for one in dict.fromkeys(found) if one in set(everything)]
    return known + [one for one in everything if one not in set(known)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How many are right of guesses that lay the published votes beside the voters at random.

    Of n votes with n_c for choice c: a guess of c is right with n_c / n, so E = Σ n_c² / n; two
    guesses of c and d are both right with n_c·n_d / n(n-1), of c twice with n_c(n_c-1) / n(n-1).
    """

    mean: Fraction = Fraction(0)
    variance: Fraction = Fraction(0)

    def __add__(self, other: "Chance") -> "Chance":
        return Chance(mean=self.mean + other.mean, variance=self.variance + other.variance)

    @classmethod
    def of(cls, choices: Iterable[str]) -> "Chance":
        counts = list(Counter(choices).values())
        n = sum(counts)
        mean = Fraction(sum(c * c for c in counts), n)
        alike = sum((c * (c - 1)) ** 2 for c in counts)
        unlike = sum(c * c for c in counts) ** 2 - sum(c**4 for c in counts)
        both = Fraction(alike + unlike, n * (n - 1))
        return cls(mean=mean, variance=both + mean - mean * mean)

    def is_beaten_by(self, correct: int) -> bool:
        """By more than three standard deviations."""
        beyond = correct - self.mean
        return beyond > 0 and beyond * beyond > 9 * self.variance


class Thief:
    """Learns on some ballots, is judged on others."""

    def __init__(self) -> None:
        self.known: Counter[str] = Counter()
        self.correct: Counter[str] = Counter()
        self.chance = Chance()

    def learn(self, loot: Loot, truth: Mapping[str, str]) -> None:
        self.known.update(_right(loot, truth))

    def steal(self, loot: Loot, truth: Mapping[str, str]) -> None:
        self.correct.update(_right(loot, truth))
        self.chance += Chance.of(truth.values())

    @property
    def way(self) -> str:
        """The pair of orders that told most of the ballots that were known."""
        return max(self.known, key=lambda way: (self.known[way], way))

    @property
    def succeeds(self) -> bool:
        return self.chance.is_beaten_by(self.correct[self.way])

    def __repr__(self) -> str:
        return f"{self.correct[self.way]} right of {float(self.chance.mean):.0f} by «{self.way}»"


def _right(loot: Loot, truth: Mapping[str, str]) -> dict[str, int]:
    return {
        way: sum(guessed[voter] == choice for voter, choice in truth.items())
        for way, guessed in loot.guesses(list(truth))
    }


def in_bytes(name: str, raw: bytes, ballot: UUID) -> tuple[Orders, Orders]:
    """Marks and votes of a ballot, in the order in which pages of SQLite hold them, free or not:
    as rows of the table (… ballot) and of its index (ballot …)."""
    voters: Orders = {f"{name}, rows": [], f"{name}, index": []}
    receipts: Orders = {f"{name}, rows": [], f"{name}, index": []}
    needle = str(ballot).encode()
    place = raw.find(needle)
    while place >= 0:
        before, after = raw[max(0, place - _ID - 9) : place], raw[place + _ID : place + 2 * _ID]
        voter = before.removesuffix(CHANNEL)[-_ID:]
        if before.endswith(CHANNEL) and _UUID.fullmatch(voter):
            voters[f"{name}, rows"].append(voter.decode())
        if vote := _VOTE.search(before):
            receipts[f"{name}, rows"].append(vote[1].decode())
        if _UUID.fullmatch(after):
            voters[f"{name}, index"].append(after.decode())
        elif receipt := _RECEIPT.match(after):
            receipts[f"{name}, index"].append(receipt[0].decode())
        place = raw.find(needle, place + 1)
    return voters, receipts


def in_text(text: str, needles: Iterable[str]) -> list[str]:
    """Needles in the order in which a text names them."""
    return [n for _place, n in sorted((text.find(n), n) for n in needles) if _place >= 0]


def residue(path: Path, ballot: UUID) -> set[str]:
    """Receipts that lie in the files of a database other than in the published list."""
    found: set[str] = set()
    for file in (path, path.with_name(path.name + "-wal")):
        raw = file.read_bytes() if file.exists() else b""
        for order in in_bytes("", raw, ballot)[1].values():
            found.update(order)
    return found


def loot_of(path: Path, ballot: UUID, said: str) -> Loot:
    """All that SQLite's files and the texts hold of a closed ballot; `said`: journal and log."""
    wal = path.with_name(path.name + "-wal")
    voters, receipts = in_bytes("file", path.read_bytes(), ballot)
    more_voters, more_receipts = in_bytes("wal", wal.read_bytes() if wal.exists() else b"", ballot)
    rows = _rows(path, ballot)
    published = dict(re.findall(r'\["([^"]+)","([^"]+)"', rows.lines))
    return Loot(
        voters=voters
        | more_voters
        | {"marks by row": rows.marks, "said": in_text(said, rows.marks), "by id": []},
        receipts=receipts
        | more_receipts
        | {
            "votes by row": rows.votes,
            "list": in_text(rows.lines, published),
            "said": in_text(said, published),
        },
        published=published,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    marks: list[str]
    votes: list[str]
    lines: str


def _rows(path: Path, ballot: UUID) -> _Rows:
    """Tables in the order of their rows, hidden numbers included."""
    connection = sqlite3.connect(path)
    try:
        asked = (str(ballot),)
        of = "FROM {} WHERE ballot_id = ? ORDER BY rowid"
        marks = connection.execute(f"SELECT voter_id {of.format('mark')}", asked)
        votes = connection.execute(f"SELECT receipt {of.format('secret_vote')}", asked)
        (lines,) = connection.execute("SELECT lines FROM ballot WHERE id = ?", asked).fetchone()
        return _Rows(marks=[m for (m,) in marks], votes=[v for (v,) in votes], lines=lines)
    finally:
        connection.close()
