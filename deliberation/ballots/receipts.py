"""One's own votes, for one's own eyes: those of the household, of the person, of the units they own
together with others; those cast for who gave them a mandate; and that they took part in secret
ballots, of which nothing more is known."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from deliberation import store
from deliberation.i18n.sentences import Sentence
from deliberation.people.models import Ownership
from deliberation.people.roles import Actor
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.wording import disclaimer


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVote:
    """A vote, or that one was cast; `place` is where it stands in the list. Of a secret ballot
    `choice` and `receipt` are empty, and `at` is when the ballot was opened."""

    kind: Literal["own", "other", "secret"]
    voter: UUID
    ballot: UUID
    meeting: UUID
    wording: str
    state: str
    electorate: str
    question: Mapping[str, object] | None
    disclaimer: Sentence
    choice: str
    channel: str
    receipt: str
    at: datetime

    @property
    def place(self) -> str:
        return f"{self.ballot}.{self.voter}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVotes:
    """A page of them, the last cast first, and whether there are others on either side."""

    votes: Sequence[OwnVote]
    has_older: bool
    has_newer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose votes are listed: `voters` are those that are their own."""

    voters: Collection[UUID]
    person: UUID | None = None


async def holder_of(actor: Actor) -> Holder:
    """A household's votes are those of all who live in it; a unit's those of all who own it."""
    person = actor.present_person()
    units = await Ownership.filter(person_id=person).values_list("unit_id", flat=True)
    households = [actor.household] if actor.household else []
    return Holder(voters=[*households, person, *(UUID(str(u)) for u in units)], person=person)


_NAMED = (
    "SELECT 'own' AS kind, v.cast_at AS at, v.id, v.ballot_id, v.voter_id, v.choice, v.channel,"
    " v.receipt FROM vote v WHERE v.voter_id = ?"
)
_HELD = (
    "SELECT DISTINCT 'other' AS kind, v.cast_at AS at, v.id, v.ballot_id, v.voter_id, v.choice,"
    " v.channel, v.receipt FROM proxy p JOIN ballot b ON b.meeting_id = p.meeting_id"
    " AND (p.item_id IS NULL OR p.item_id = b.item_id) JOIN vote v ON v.ballot_id = b.id"
    " AND v.voter_id = p.voter_id AND v.channel = 'proxy'"
    " WHERE p.state IN ('given', 'used') AND p.holder_id = ?"
    " AND NOT (v.voter_id AMONG ?)"
)
_TOOK_PART = (
    "SELECT 'secret' AS kind, b.opened_at AS at, m.id, m.ballot_id, m.voter_id, '' AS choice,"
    " m.channel, '' AS receipt FROM ballot b JOIN mark m ON m.ballot_id = b.id"
    " WHERE b.is_secret AND m.voter_id = ?"
)
"""Marks have no time, and no index by voter that would tell one: they are found from the ballots,
which are few."""

_COUNT = "SELECT COUNT(*) AS n FROM ({rows}) q"
_PART = (
    "SELECT * FROM (SELECT o.* FROM ({rows}) o WHERE true{beside}"
    " ORDER BY o.at {order}, o.id {order} LIMIT ?) part{n}"
)
_PAGE = (
    "SELECT o.*, b.meeting_id, b.wording, b.state, b.question, b.rule FROM ({rows}) o"
    " JOIN ballot b ON b.id = o.ballot_id ORDER BY o.at {order}, o.id {order} LIMIT ?"
)


async def own_votes(holder: Holder, limit: int) -> list[OwnVote]:
    """The last cast first."""
    return await _read(holder, [], is_newer=False, limit=limit)


async def count_own_votes(holder: Holder) -> int:
    sources = _sources(holder)
    counts = " UNION ALL ".join(_COUNT.format(rows=source) for source, _ in sources)
    rows = await store.read(counts, *(value for _, values in sources for value in values))
    return sum(int(row["n"]) for row in rows)


async def own_votes_page(
    holder: Holder, *, beside: str = "", newer: bool = False, size: int
) -> OwnVotes:
    """The votes next to the one whose place is `beside`, on its older or its newer side, so that
    later votes move nobody's place in the list; the latest where there are none."""
    there = await _position(holder, beside)
    rows = await _read(holder, there, is_newer=newer, limit=size + 1) if there else []
    if not rows:
        rows = await own_votes(holder, size + 1)
        return OwnVotes(votes=rows[:size], has_older=len(rows) > size, has_newer=False)
    has_more = len(rows) > size
    votes = rows[-size:] if newer else rows[:size]
    return OwnVotes(votes=votes, has_older=newer or has_more, has_newer=has_more or not newer)


def _sources(holder: Holder) -> list[tuple[str, list[object]]]:
    """Statements with their values."""
    sources: list[tuple[str, list[object]]] = [
        (source, [voter]) for voter in holder.voters for source in (_NAMED, _TOOK_PART)
    ]
    if holder.person is not None:
        sources.append((_HELD, [holder.person, store.listed(holder.voters)]))
    return sources


async def _position(holder: Holder, place: str) -> list[object]:
    """Where a vote of theirs stands; nothing for what is none."""
    ballot, _, voter = place.partition(".")
    try:
        named = (UUID(ballot), UUID(voter))
    except ValueError:
        return []
    one = "SELECT q.at, q.id FROM ({source}) q WHERE q.ballot_id = ? AND q.voter_id = ?"
    found, values = list[str](), list[object]()
    for source, whose in _sources(holder):
        found.append(one.format(source=source))
        values += [*whose, *named]
    rows = await store.read(" UNION ".join(found), *values) if found else []
    return [store.instant(rows[0]["at"]), rows[0]["id"]] if rows else []


async def _read(
    holder: Holder, there: list[object], *, is_newer: bool, limit: int
) -> list[OwnVote]:
    """Of every source no more than the page needs, found by its index; then the page of them."""
    order, sign = ("ASC", ">") if is_newer else ("DESC", "<")
    beside = f" AND (o.at, o.id) {sign} (?, ?)" if there else ""
    parts, values = list[str](), list[object]()
    for n, (source, whose) in enumerate(_sources(holder)):
        parts.append(_PART.format(rows=source, beside=beside, order=order, n=n))
        values += [*whose, *there, limit]
    if not parts:
        return []
    statement = _PAGE.format(rows=" UNION ALL ".join(parts), order=order)
    rows = await store.read(statement, *values, limit)
    return [_own(row) for row in (reversed(rows) if is_newer else rows)]


def _own(row: Mapping[str, object]) -> OwnVote:
    rule = Rule.from_json(json.loads(str(row["rule"])))
    kind = str(row["kind"])
    return OwnVote(
        kind="own" if kind == "own" else "other" if kind == "other" else "secret",
        voter=_id(row["voter_id"]),
        ballot=_id(row["ballot_id"]),
        meeting=_id(row["meeting_id"]),
        wording=str(row["wording"]),
        state=str(row["state"]),
        electorate=rule.electorate,
        question=json.loads(str(row["question"])) if row["question"] else None,
        disclaimer=disclaimer(rule),
        choice=str(row["choice"]),
        channel=str(row["channel"]),
        receipt=str(row["receipt"]),
        at=store.instant(row["at"]),
    )


def _id(value: object) -> UUID:
    found = store.identity(value)
    assert found is not None  # noqa: S101  columns that are never null
    return found


async def disclaimers_of(ballots: Collection[UUID]) -> dict[UUID, Sentence]:
    """What each of these votes is, and what it is not."""
    rows = await store.read("SELECT id, rule FROM ballot WHERE id AMONG ?", store.listed(ballots))
    return {_id(r["id"]): disclaimer(Rule.from_json(json.loads(str(r["rule"])))) for r in rows}
