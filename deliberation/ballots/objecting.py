"""Objections to a result before it is final: raised by anybody signed in, answered in public."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.ballots.eligibility import BallotState
from deliberation.ballots.models import Ballot, Objection
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import ObjectionAnswered, ObjectionRaised
from deliberation.people.roles import Actor, Permission

LONGEST_OBJECTION = 500


def is_open_to_objections(ballot: Ballot, at: datetime) -> bool:
    """In the window, whether the count is known already or not."""
    until = ballot.objections_until
    is_standing = ballot.state in (BallotState.CLOSED, BallotState.ANNOUNCED)
    return is_standing and until is not None and ballot.certified_at is None and at < until


async def objections_to(ballot: UUID) -> Sequence[Objection]:
    """The oldest first."""
    return await Objection.filter(ballot_id=ballot).order_by("raised_at")


@journal.shielded
async def raise_objection(actor: Actor, ballot_id: UUID, words: str, *, at: datetime) -> None:
    """Object, once a person; a second time replaces the words of an objection without an answer.

    Raises BALLOT_NOT_PROVISIONAL outside the window, OBJECTION_ANSWERED.
    """
    actor.require(Permission.ATTEND)
    person = actor.present_person()
    said = _required(words, N_("异议"))
    ballot = await _require(ballot_id)
    async with journal.record(
        ballot.meeting_id, actor=person, within=actor.community, at=at
    ) as entry:
        if not is_open_to_objections(await _require(ballot_id), at):
            raise Refusal(Code.BALLOT_NOT_PROVISIONAL)
        found = await Objection.get_or_none(ballot_id=ballot_id, person_id=person)
        if found is not None and found.answered_at is not None:
            raise Refusal(Code.OBJECTION_ANSWERED)
        row = found or Objection(id=uuid4(), ballot_id=ballot_id, person_id=person, raised_at=at)
        row.words = said
        await row.save()
        entry.tell(
            ObjectionRaised(ballot=ballot_id, objection=row.id),
            subject=f"ballot:{ballot_id}",
            restricted={"person": str(person), "words": said},
        )


@journal.shielded
async def answer_objection(actor: Actor, objection: UUID, words: str, *, at: datetime) -> None:
    """Answer one, in public; the answer names nobody. Raises OBJECTION_ANSWERED."""
    actor.require(Permission.PRESIDE)
    said = _required(words, N_("答复"))
    found = await Objection.get_or_none(id=objection)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    ballot = await _require(found.ballot_id)
    async with journal.record(
        ballot.meeting_id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        row = await Objection.get(id=objection)
        if row.answered_at is not None:
            raise Refusal(Code.OBJECTION_ANSWERED)
        row.answer, row.answered_at = said, at
        await row.save()
        answered = ObjectionAnswered(ballot=ballot.id, objection=row.id, answer=said)
        entry.tell(answered, subject=f"ballot:{ballot.id}")


async def _require(ballot: UUID) -> Ballot:
    found = await Ballot.get_or_none(id=ballot)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


def _required(words: str, field: str) -> str:
    said = words.strip()
    if not said:
        raise Refusal(Code.FIELD_MISSING, field=field)
    if len(said) > LONGEST_OBJECTION:
        raise Refusal(Code.FIELD_TOO_LONG, field=field, limit=LONGEST_OBJECTION)
    return said
