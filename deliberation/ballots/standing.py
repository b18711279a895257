"""Ballots that stand open for days: who may still vote in them, and who has not yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation import store
from deliberation.ballots.frozen import frozen
from deliberation.ballots.holding import labels_of
from deliberation.ballots.models import Ballot, Elector
from deliberation.ballots.reading import own_votes_in
from deliberation.people.roles import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A ballot that takes votes until `closes_at`; `has_voted` is the viewer's own vote, None for
    who has none to cast."""

    ballot: UUID
    meeting: UUID
    wording: str
    closes_at: datetime
    has_voted: bool | None


async def standing_in(community: UUID, actor: Actor, *, at: datetime) -> list[Standing]:
    """The community's, the next to close first. Nothing says what anybody chose."""
    rows = await store.read(
        "SELECT b.id, b.closes_at FROM ballot b JOIN meeting m ON m.id = b.meeting_id"
        " WHERE b.state = 'open' AND b.closes_at > ? AND m.community_id = ? ORDER BY b.closes_at",
        at,
        community,
    )
    ballots = await Ballot.filter(id__in=list(store.identities(rows))).order_by("closes_at")
    return [await _standing(ballot, actor) for ballot in ballots]


async def _standing(ballot: Ballot, actor: Actor) -> Standing:
    assert ballot.closes_at is not None  # noqa: S101  the query asked for it
    return Standing(
        ballot=ballot.id,
        meeting=ballot.meeting_id,
        wording=ballot.wording,
        closes_at=ballot.closes_at,
        has_voted=await has_voted(ballot.id, actor),
    )


async def has_voted(ballot: UUID, actor: Actor) -> bool | None:
    """None for who is no voter of it, or does not cast the vote."""
    found = await frozen(ballot)
    voter = found.voter_of(actor) if found else None
    if found is None or voter is None or not actor.may(Permission.VOTE):
        return None
    elector = await Elector.filter(electorate__ballots__id=ballot, voter_id=voter).first()
    if elector is None or elector.person_id not in (None, actor.person):
        return None
    return bool(await own_votes_in(found, [voter]))


async def not_voted(actor: Actor, ballot: UUID) -> Sequence[str]:
    """Doors and names of those who have not voted, to remind them; for the chair's desk only."""
    actor.require(Permission.PRESIDE)
    held = await store.read(
        "SELECT m.community_id AS id FROM ballot b JOIN meeting m ON m.id = b.meeting_id"
        " WHERE b.id = ?",
        ballot,
    )
    actor.check_in(store.identity(held[0]["id"]) if held else None)
    rows = await store.read(
        "SELECT e.voter_id AS id FROM ballot b JOIN elector e"
        " ON e.electorate_id = b.electorate_id WHERE b.id = ? AND NOT EXISTS (SELECT 1 FROM vote v"
        " WHERE v.ballot_id = b.id AND v.voter_id = e.voter_id) AND NOT EXISTS"
        " (SELECT 1 FROM mark m WHERE m.ballot_id = b.id AND m.voter_id = e.voter_id)",
        ballot,
    )
    return sorted((await labels_of(store.identities(rows))).values())
