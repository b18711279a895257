"""Agreements with partners (场地换服务): what each gives, from when until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.gatherings.models import Agreement
from deliberation.gatherings.rules import Term, check_term
from deliberation.gatherings.venues import require_partner, require_venue
from deliberation.i18n import N_
from deliberation.journal.events import AgreementEnded, AgreementMade
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import community_of, home_of

LONGEST = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is agreed; both days count."""

    organisation: UUID
    community_gives: str
    organisation_gives: str
    begins_on: date
    ends_on: date
    venue: UUID | None = None


async def agreements_of(community: UUID) -> Sequence[Agreement]:
    """The running ones first, those that end first before the others."""
    rows = await Agreement.filter(community_id=community).prefetch_related("organisation")
    return sorted(rows, key=lambda one: (one.ended_at is not None, one.ends_on, str(one.id)))


def is_over(agreement: Agreement, today: date) -> bool:
    return agreement.ended_at is not None or agreement.ends_on < today


@journal.shielded
async def make_agreement(actor: Actor, terms: Terms, *, at: datetime) -> None:
    """Raises TERM_BACKWARDS, ORGANISATION_LEFT, NOT_FOUND, FIELD_MISSING."""
    actor.require(Permission.PREPARE)
    community = home_of(actor)
    gives = _words(terms.community_gives, N_("社区提供什么"))
    gets = _words(terms.organisation_gives, N_("对方提供什么"))
    check_term(Term(terms.begins_on, terms.ends_on))
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        await require_partner(community, terms.organisation)
        if terms.venue is not None:
            await require_venue(community, terms.venue)
        made = await Agreement.create(
            community_id=community,
            organisation_id=terms.organisation,
            community_gives=gives,
            organisation_gives=gets,
            venue_id=terms.venue,
            begins_on=terms.begins_on,
            ends_on=terms.ends_on,
        )
        told = AgreementMade(
            agreement=made.id,
            organisation=terms.organisation,
            community_gives=gives,
            organisation_gives=gets,
            begins_on=terms.begins_on,
            ends_on=terms.ends_on,
        )
        entry.tell(told, subject=f"agreement:{made.id}")


def _words(text: str, field: str) -> str:
    if not text.strip():
        raise Refusal(Code.FIELD_MISSING, field=field)
    if len(text.strip()) > LONGEST:
        raise Refusal(Code.FIELD_TOO_LONG, field=field, limit=LONGEST)
    return text.strip()


@journal.shielded
async def end_agreement(actor: Actor, agreement: UUID, reason: str, *, at: datetime) -> None:
    """Before its time, with a public reason. Raises REASON_REQUIRED, AGREEMENT_OVER."""
    actor.require(Permission.PREPARE)
    if not reason.strip():
        raise Refusal(Code.REASON_REQUIRED)
    said = _words(reason, N_("理由"))
    community = await community_of(actor)
    today = at.astimezone(ZoneInfo(community.zone)).date()
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await Agreement.get_or_none(id=agreement, community_id=community.id)
        if found is None:
            raise Refusal(Code.NOT_FOUND)
        if is_over(found, today):
            raise Refusal(Code.AGREEMENT_OVER)
        found.ended_at, found.ended_reason = at, said
        await found.save(update_fields=["ended_at", "ended_reason"])
        told = AgreementEnded(agreement=agreement, reason=said)
        entry.tell(told, subject=f"agreement:{agreement}")
