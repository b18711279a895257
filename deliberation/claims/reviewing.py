"""Periodic review of what was assigned (调度), and sending back what does not belong there."""

from datetime import datetime
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.claims import ending, rules
from deliberation.claims.escalating import check_oversees, require_escalation
from deliberation.claims.models import Escalation, Review
from deliberation.claims.rules import OPEN, EscalationState, Finding
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import EscalationReviewed
from deliberation.matters import moving
from deliberation.matters.steps import MatterState, Step
from deliberation.people.roles import Actor

LONGEST_WORDS = 500


@journal.shielded
async def review(
    actor: Actor, escalation: UUID, finding: Finding, words: str, *, at: datetime
) -> None:
    """Say how an assignment stands. Raises ESCALATION_NOT_ASSIGNED, ESCALATION_ENDED,
    FIELD_MISSING."""
    before = await require_escalation(escalation)
    check_oversees(actor, before)
    said = words.strip()
    if not said:
        raise Refusal(Code.FIELD_MISSING, field=N_("调度情况"))
    if len(said) > LONGEST_WORDS:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("调度情况"), limit=LONGEST_WORDS)
    async with journal.record(
        before.community_id, actor=actor.person, within=before.community_id, at=at
    ) as entry:
        found = await _open(escalation)
        if found.state != EscalationState.ASSIGNED:
            raise Refusal(Code.ESCALATION_NOT_ASSIGNED)
        await Review.create(
            id=uuid4(),
            escalation_id=found.id,
            state=finding.value,
            words=said,
            by_id=actor.person,
            reviewed_at=at,
        )
        told = EscalationReviewed(escalation=found.id, state=finding.value, words=said)
        entry.tell(told, subject=ending.subject_of(found))


async def _open(escalation: UUID) -> Escalation:
    found = await require_escalation(escalation)
    if found.state not in OPEN:
        raise Refusal(Code.ESCALATION_ENDED)
    return found


@journal.shielded
async def send_back(actor: Actor, escalation: UUID, reason: str, *, at: datetime) -> None:
    """Back to where it came from, with a public reason; what a department had to do is taken
    back with it. The days until it would come up again count from today.

    Raises REASON_REQUIRED, ESCALATION_ENDED.
    """
    before = await require_escalation(escalation)
    check_oversees(actor, before)
    said = rules.reason_of(reason)
    async with journal.record(
        before.community_id, actor=actor.person, within=before.community_id, at=at
    ) as entry:
        found = await _open(escalation)
        if found.state == EscalationState.ASSIGNED:
            await _take_back(entry, found, said)
        await ending.end_escalation(entry, found, EscalationState.RETURNED, said)


async def _take_back(entry: journal.Recorder, escalation: Escalation, reason: str) -> None:
    assert escalation.matter_id is not None  # noqa: S101  what was assigned has one
    matter = await moving.lock_matter(escalation.matter_id)
    if matter.step == Step.DELIVER and matter.state == MatterState.ACTIVE:
        await ending.hand_back(entry, matter, escalation.organisation_id, reason)
