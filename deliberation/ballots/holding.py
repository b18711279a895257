"""Votes that a person casts for others: as their proxy, or as the one owner of several who does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation import store
from deliberation.ballots.frozen import Frozen, frozen
from deliberation.ballots.published import check_receipt
from deliberation.ballots.reading import own_votes_in
from deliberation.ballots.votes import Cast, Casting
from deliberation.ballots.writer import WRITER, cast_own
from deliberation.errors import Code, Refusal
from deliberation.people.roles import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A vote in somebody's hand. `channel` is how it is cast; `label` is the door or the name of
    whom it is cast for, for the holder's own eyes; `instruction` the only choice allowed."""

    voter: UUID
    channel: str
    label: str
    instruction: str
    cast: Cast | None


_HELD = (
    "SELECT e.voter_id, 'form' AS channel, '' AS instruction FROM ballot b JOIN elector e"
    " ON e.electorate_id = b.electorate_id WHERE b.id = ? AND e.person_id = ?"
    " UNION ALL SELECT e.voter_id, 'proxy', p.instruction FROM ballot b JOIN elector e"
    " ON e.electorate_id = b.electorate_id JOIN proxy p ON p.meeting_id = b.meeting_id"
    " AND p.voter_id = e.voter_id WHERE b.id = ? AND p.holder_id = ? AND p.state = 'given'"
    " AND (p.item_id IS NULL OR p.item_id = b.item_id)"
)

_LABEL = (
    "SELECT h.id, u.place_path, u.label, '' AS name FROM household h JOIN unit u"
    " ON u.id = h.unit_id WHERE h.id AMONG ? UNION ALL"
    " SELECT u.id, u.place_path, u.label, '' FROM unit u WHERE u.id AMONG ? UNION ALL"
    " SELECT p.id, '', '', p.name FROM person p WHERE p.id AMONG ?"
)


async def holders_among(meeting: UUID, ballot: UUID | None, people: Collection[UUID]) -> set[UUID]:
    """Which of these persons hold mandates in a meeting, or cast for co-owners in a ballot."""
    if not people:
        return set()
    rows = await store.read(
        "SELECT holder_id AS id FROM proxy WHERE meeting_id = ? AND state = 'given'"
        " AND holder_id AMONG ? UNION SELECT e.person_id FROM ballot b JOIN elector e"
        " ON e.electorate_id = b.electorate_id JOIN unit u ON u.id = e.voter_id"
        " WHERE b.id = ? AND e.person_id AMONG ?",
        meeting,
        store.listed(people),
        ballot,
        store.listed(people),
    )
    return store.identities(rows)


async def held_by(actor: Actor, ballot: Frozen) -> list[Held]:
    """The votes of others that the actor may cast in a ballot, cast already or not."""
    person = actor.present_person()
    rows = await store.read(_HELD, ballot.ballot, person, ballot.ballot, person)
    own = ballot.voter_of(actor)
    found = [(store.identity(row["voter_id"]), row) for row in rows]
    held = {voter: row for voter, row in found if voter is not None and voter != own}
    votes = await own_votes_in(ballot, held)
    labels = await labels_of(held)
    return [
        Held(
            voter=voter,
            channel=str(row["channel"]),
            label=labels.get(voter, ""),
            instruction=str(row["instruction"]),
            cast=votes.get(voter),
        )
        for voter, row in sorted(held.items(), key=lambda one: labels.get(one[0], ""))
    ]


async def labels_of(voters: Collection[UUID]) -> dict[UUID, str]:
    """Doors of households and units, names of persons: for the public only where the rule
    names voters."""
    ids: Sequence[object] = [store.listed(voters)] * 3
    rows = await store.read(_LABEL, *ids)
    return {
        voter: str(row["name"] or f"{row['place_path']} {row['label']}").strip()
        for row in rows
        if (voter := store.identity(row["id"])) is not None
    }


async def cast_for(
    actor: Actor, ballot: UUID, voter: UUID | None, choice: str, *, receipt: str, at: datetime
) -> Cast:
    """Cast the vote of a voter that the actor may cast, their own where none is named.

    Raises NOT_FOUND, BALLOT_NOT_YOURS, BALLOT_PROXY_INSTRUCTED, and what `own_casting` and
    `cast_group` refuse.
    """
    actor.require(Permission.VOTE)
    found = await frozen(ballot)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    if voter is None or voter == found.voter_of(actor):
        return await cast_own(actor, ballot, choice, receipt=receipt, channel="form", at=at)
    held = next((h for h in await held_by(actor, found) if h.voter == voter), None)
    if held is None:
        raise Refusal(Code.BALLOT_NOT_YOURS, item=0)
    canonical = found.choice_from(choice)
    if held.instruction not in ("", canonical):
        raise Refusal(Code.BALLOT_PROXY_INSTRUCTED)
    if found.is_secret:
        check_receipt(receipt)
    casting = Casting(
        ballot=ballot,
        voter=voter,
        person=actor.present_person(),
        choice=canonical,
        channel=held.channel,
        at=at,
        is_secret=found.is_secret,
        receipt=receipt if found.is_secret else "",
    )
    return await WRITER.cast(casting)
