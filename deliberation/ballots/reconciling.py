"""The reconciliation sheet: what was issued, came back, was spoilt, counted and refused, channel by
channel; and the supervisor (监票人) who signs it. It never says how anybody voted."""

import hashlib
from collections import Counter
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.ballots import eligibility, results
from deliberation.ballots.batch_counting import refused_in
from deliberation.ballots.desk import ballot_in
from deliberation.ballots.desk_rules import (
    HANDS,
    PAPER,
    TEL,
    ChannelSheet,
    Sheet,
    without_empty,
)
from deliberation.ballots.eligibility import BallotState, ChannelClass, class_of
from deliberation.ballots.models import Ballot, Batch, Mark, Paper, Signature, Vote
from deliberation.errors import Code, Refusal
from deliberation.journal.canonical import canonical
from deliberation.journal.events import BallotSigned
from deliberation.people.roles import Actor, Permission

ONLINE, PROXY = ChannelClass.ONLINE.value, ChannelClass.PROXY.value


async def sheet_of(ballot: Ballot) -> Sheet:
    """As it stands now."""
    table = Mark if ballot.is_secret else Vote
    channels = await table.filter(ballot_id=ballot.id).values_list("channel", flat=True)
    standing = Counter(map(str, channels))
    online = sum(n for c, n in standing.items() if class_of(c) is ChannelClass.ONLINE)
    hands = sum((await results.hands_of(ballot.id)).values())
    paper = await (_unnumbered(ballot) if ballot.is_secret else _numbered(ballot, standing[PAPER]))
    return Sheet(
        ballot=str(ballot.id),
        entitled=ballot.entitled,
        channels=without_empty(
            [
                ChannelSheet(channel=ONLINE, returned=online, counted=online),
                paper,
                await _telephoned(ballot, standing[TEL]),
                ChannelSheet(channel=PROXY, returned=standing[PROXY], counted=standing[PROXY]),
                ChannelSheet(channel=HANDS, returned=hands, counted=hands),
            ]
        ),
        waiting=await Batch.filter(ballot_id=ballot.id, state__in=["entered", "differs"]).count(),
    )


async def _unnumbered(ballot: Ballot) -> ChannelSheet:
    """Of a secret ballot: who took a paper is marked, and it counts once it is back."""
    issued = await Mark.filter(ballot_id=ballot.id, channel=PAPER).count()
    counted = await results.papers_counted(ballot.id)
    spoilt = (await results.spoilt_in(ballot)).papers
    return ChannelSheet(
        channel=PAPER, issued=issued, returned=counted + spoilt, counted=counted, spoilt=spoilt
    )


async def _numbered(ballot: Ballot, standing: int) -> ChannelSheet:
    """A number that was given again after a loss is void."""
    papers = await Paper.filter(ballot_id=ballot.id).values_list("serial", "state")
    last = max((int(row[0]) for row in papers), default=0)
    return ChannelSheet(
        channel=PAPER,
        issued=len(papers),
        voided=last - len(papers),
        returned=sum(row[1] != "issued" for row in papers),
        counted=standing,
        spoilt=(await results.spoilt_in(ballot)).papers,
    )


async def _telephoned(ballot: Ballot, standing: int) -> ChannelSheet:
    batches = await Batch.filter(ballot_id=ballot.id, channel=TEL, state="counted")
    taken = sum(batch.counted + len(refused_in(batch)) for batch in batches)
    return ChannelSheet(channel=TEL, returned=taken, counted=standing)


def digest_of(sheet: Sheet) -> str:
    """SHA-256 of the sheet as canonical JSON, in hexadecimal: what a supervisor signs."""
    return hashlib.sha256(canonical(sheet.to_json()).encode()).hexdigest()


async def _check_uninvolved(ballot: UUID, person: UUID) -> None:
    """Who handed out or entered papers does not supervise them. Raises SUPERVISOR_INVOLVED."""
    is_involved = (
        await Paper.exists(ballot_id=ballot, issued_by_id=person)
        or await Batch.exists(ballot_id=ballot, entered_by_id=person)
        or await Batch.exists(ballot_id=ballot, checked_by_id=person)
    )
    if is_involved:
        raise Refusal(Code.SUPERVISOR_INVOLVED)


@journal.shielded
async def sign(
    actor: Actor, meeting: UUID, ballot_id: UUID, note: str = "", *, at: datetime
) -> str:
    """A supervisor signs the sheet between the close and the announcement; returns its digest.

    Raises BALLOT_NOT_CLOSED, BALLOT_ALREADY_ANNOUNCED, BALLOT_VOIDED, BALLOT_ALREADY_SIGNED.
    """
    actor.require(Permission.SUPERVISE)
    if len(note) > 250:
        raise Refusal(Code.FIELD_TOO_LONG, field="note", limit=250)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        ballot = await ballot_in(meeting, ballot_id)
        eligibility.check_may_announce(BallotState(ballot.state))
        person = actor.present_person()
        if await Signature.exists(ballot_id=ballot.id, person_id=person):
            raise Refusal(Code.BALLOT_ALREADY_SIGNED)
        await _check_uninvolved(ballot_id, person)
        sheet = await sheet_of(ballot)
        if not sheet.adds_up and not note.strip():
            raise Refusal(Code.REASON_REQUIRED)
        digest = digest_of(sheet)
        await Signature.create(
            ballot_id=ballot.id, person_id=person, digest=digest, note=note.strip(), signed_at=at
        )
        entry.tell(
            BallotSigned(ballot=ballot.id, person=person, digest=digest, note=note.strip()),
            subject=f"ballot:{ballot.id}",
        )
    return digest
