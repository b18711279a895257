"""Reading ballots: turnout, who casts whose vote, and what these have cast already."""

from collections.abc import Collection, Mapping
from uuid import UUID

from deliberation import store
from deliberation.ballots.frozen import Frozen
from deliberation.ballots.votes import Cast, Effect


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
