"""Reading ballots: turnout, the published list, and who voted what for their own eyes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation import store
from deliberation.ballots.frozen import Frozen
from deliberation.ballots.models import Vote
from deliberation.ballots.votes import Cast, Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVote:
    """A household's vote in one ballot, for its own eyes."""

    ballot: UUID
    meeting: UUID
    item: UUID
    wording: str
    state: str
    choice: str
    receipt: str
    cast_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVotes:
    """A page of them, the last cast first, and whether there are others on either side."""

    votes: Sequence[OwnVote]
    has_older: bool
    has_newer: bool


_OWN = (
    "SELECT v.ballot_id, b.meeting_id, b.item_id, b.wording, b.state, v.choice, v.receipt,"
    " v.cast_at FROM vote v JOIN ballot b ON b.id = v.ballot_id WHERE v.voter_id = ?"
)
_LATEST = "ORDER BY v.cast_at DESC, v.id DESC"
_EARLIEST = "ORDER BY v.cast_at, v.id"


async def turnout(ballot: UUID) -> int:
    """Votes committed by all workers together."""
    rows = await store.read(
        "SELECT COALESCE(SUM(n), 0) AS n FROM turnout WHERE ballot_id = ?", ballot
    )
    return int(rows[0]["n"])


async def turnouts(ballots: Collection[UUID]) -> dict[UUID, int]:
    """Of many ballots at once; one without a vote is not among them."""
    rows = await store.read(
        "SELECT ballot_id, SUM(n) AS n FROM turnout WHERE ballot_id AMONG ? GROUP BY ballot_id",
        store.listed(ballots),
    )
    counted = {store.identity(row["ballot_id"]): int(row["n"]) for row in rows}
    return {ballot: n for ballot, n in counted.items() if ballot is not None}


async def holders_in(ballot: UUID, households: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Which of these households may vote, and the one person who casts their vote (None: any)."""
    rows = await store.read(
        "SELECT e.voter_id, e.person_id FROM ballot b JOIN elector e"
        " ON e.electorate_id = b.electorate_id WHERE b.id = ? AND e.voter_id AMONG ?",
        ballot,
        store.listed(households),
    )
    found = {store.identity(row["voter_id"]): store.identity(row["person_id"]) for row in rows}
    return {voter: person for voter, person in found.items() if voter is not None}


async def own_votes_in(ballot: Frozen, voters: Collection[UUID]) -> dict[UUID, Cast]:
    """What these voters have cast in a ballot, as the answer to a repeat would tell it; of secret
    votes only that they were cast."""
    statement = (
        "SELECT voter_id, '' AS choice, '' AS receipt, NULL AS cast_at FROM mark"
        if ballot.is_secret
        else "SELECT voter_id, choice, receipt, cast_at FROM vote"
    )
    rows = await store.read(
        f"{statement} WHERE ballot_id = ? AND voter_id AMONG ?",
        ballot.ballot,
        store.listed(voters),
    )
    cast = {store.identity(row["voter_id"]): _repeated(ballot.ballot, row) for row in rows}
    return {voter: vote for voter, vote in cast.items() if voter is not None}


def _repeated(ballot: UUID, row: Mapping[str, object]) -> Cast:
    return Cast(
        ballot=ballot,
        choice=str(row["choice"]),
        receipt=str(row["receipt"]),
        effect=Effect.REPEATED,
        at=store.instant(row["cast_at"]) if row["cast_at"] is not None else None,
    )


async def own_votes(household: UUID, limit: int) -> list[OwnVote]:
    """A household's votes, the last cast first."""
    rows = await store.read(f"{_OWN} {_LATEST} LIMIT ?", household, limit)
    return [_own(row) for row in rows]


async def count_own_votes(household: UUID) -> int:
    return await Vote.filter(voter_id=household).count()


async def own_votes_page(
    household: UUID, *, beside: UUID | None = None, newer: bool = False, size: int
) -> OwnVotes:
    """The votes next to the one in the ballot `beside`, on its older or its newer side, so that
    later votes move nobody's place in the list; the latest where there are none."""
    rows = await _beside(household, beside, newer=newer, limit=size + 1) if beside else []
    if not rows:
        rows = await own_votes(household, size + 1)
        return OwnVotes(votes=rows[:size], has_older=len(rows) > size, has_newer=False)
    has_more = len(rows) > size
    votes = rows[-size:] if newer else rows[:size]
    return OwnVotes(votes=votes, has_older=newer or has_more, has_newer=has_more or not newer)


async def _beside(household: UUID, ballot: UUID, *, newer: bool, limit: int) -> list[OwnVote]:
    there = "(SELECT cast_at, id FROM vote WHERE ballot_id = ? AND voter_id = ?)"
    sign, order = (">", _EARLIEST) if newer else ("<", _LATEST)
    statement = f"{_OWN} AND (v.cast_at, v.id) {sign} {there} {order} LIMIT ?"
    rows = await store.read(statement, household, ballot, household, limit)
    return [_own(row) for row in (reversed(rows) if newer else rows)]


def _own(row: dict[str, object]) -> OwnVote:
    ballot, meeting = store.identity(row["ballot_id"]), store.identity(row["meeting_id"])
    item = store.identity(row["item_id"])
    assert ballot is not None  # noqa: S101  columns that are never null
    assert meeting is not None  # noqa: S101
    assert item is not None  # noqa: S101
    return OwnVote(
        ballot=ballot,
        meeting=meeting,
        item=item,
        wording=str(row["wording"]),
        state=str(row["state"]),
        choice=str(row["choice"]),
        receipt=str(row["receipt"]),
        cast_at=store.instant(row["cast_at"]),
    )
