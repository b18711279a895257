"""One demand goes on in another: both keep their history, and supporters are asked again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.demands.models import Demand, Support, SupportAsk
from deliberation.demands.service import OPEN, check_not_merged, require_demand, stand_behind
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import DemandMerged, SupportersAnswered
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of, lock_row

LONGEST_REASON = 500
LONGEST_CHAIN = 1_000
"""Merges that are followed; there are never so many, and no circle is followed for ever."""
ANSWERS = ("yes", "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A household stood behind `before`, which went on in `demand`: does it stand behind that?"""

    ask: UUID
    demand: Demand
    before: Demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of the households that were asked, how many answered, and how many of them with yes."""

    asked: int
    answered: int
    agreed: int


async def end_of_chain(demand: Demand) -> Demand:
    """Where a demand that was merged goes on, however often; itself when it was not."""
    for _step in range(LONGEST_CHAIN):
        if demand.state != "merged" or demand.merged_into_id is None:
            return demand
        demand = await require_demand(demand.merged_into_id)
    raise Refusal(Code.DEMAND_MERGE_CIRCULAR)


@journal.shielded
async def merge(actor: Actor, demand: UUID, into: UUID, reason: str, *, at: datetime) -> Demand:
    """Let a demand go on in another (in the last one, where that was merged itself); returns it.

    Raises DEMAND_MERGED, DEMAND_IN_WORK for one that is being worked on (merge the other way
    round), DEMAND_MERGE_CIRCULAR, DEMAND_MERGE_UNSUITABLE.
    """
    actor.require(Permission.PREPARE)
    why = _reason(reason)
    async with journal.record(
        home_of(actor), actor=actor.person, within=actor.community, at=at
    ) as entry:
        await lock_row(home_of(actor))
        found = await require_demand(demand)
        actor.check_in(found.community_id)
        target = await end_of_chain(await require_demand(into))
        _check_may_merge(found, target)
        households = await _to_be_asked(found, target)
        await Demand.filter(id=found.id).update(
            state="merged", merged_into_id=target.id, answer=why, settled_at=at, changed_at=at
        )
        await _ask(households, found, target, at)
        merged = DemandMerged(demand=found.id, into=target.id, asked=len(households), reason=why)
        entry.tell(merged, subject=f"demand:{found.id}")
        entry.answer["demand"] = str(target.id)
    return target


def _reason(text: str) -> str:
    why = text.strip()
    if not why:
        raise Refusal(Code.REASON_REQUIRED)
    if len(why) > LONGEST_REASON:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("理由"), limit=LONGEST_REASON)
    return why


def _check_may_merge(demand: Demand, target: Demand) -> None:
    check_not_merged(demand)
    if demand.id == target.id:
        raise Refusal(Code.DEMAND_MERGE_CIRCULAR)
    if demand.community_id != target.community_id or demand.is_private or target.is_private:
        raise Refusal(Code.DEMAND_MERGE_UNSUITABLE)
    if demand.state in ("taken_up", "referred"):
        raise Refusal(Code.DEMAND_IN_WORK, title=demand.title)
    if demand.state not in OPEN or target.state not in OPEN:
        raise Refusal(Code.DEMAND_MERGE_UNSUITABLE)


async def _to_be_asked(demand: Demand, target: Demand) -> list[UUID]:
    """Who stood behind the one, or had still to say so, and not behind the other."""
    stood = await Support.filter(demand_id=demand.id).values_list("household_id", flat=True)
    waiting = SupportAsk.filter(demand_id=demand.id, answer="")
    still = await waiting.values_list("household_id", flat=True)
    behind = await Support.filter(demand_id=target.id).values_list("household_id", flat=True)
    before = await SupportAsk.filter(demand_id=target.id).values_list("household_id", flat=True)
    wanted = {_uuid(one) for one in (*stood, *still)}
    return sorted(wanted - {_uuid(one) for one in (*behind, *before)})


def _uuid(value: object) -> UUID:
    assert isinstance(value, UUID)  # noqa: S101  the type of the column
    return value


async def _ask(households: Collection[UUID], demand: Demand, target: Demand, at: datetime) -> None:
    """A question that waited for the demand which is gone is asked of the other in its place."""
    await SupportAsk.filter(demand_id=demand.id, answer="").delete()
    await SupportAsk.bulk_create(
        [
            SupportAsk(
                id=uuid4(),
                demand_id=target.id,
                from_demand_id=demand.id,
                household_id=household,
                asked_at=at,
            )
            for household in households
        ],
        batch_size=500,
    )


@journal.shielded
async def answer(actor: Actor, ask: UUID, said: str, *, at: datetime) -> None:
    """A household says whether it stands behind the demand; once. Which household it was is not
    told, as with every support."""
    actor.require(Permission.SUPPORT_DEMAND)
    person, household = actor.present_person(), actor.household
    if said not in ANSWERS:
        raise Refusal(Code.FIELD_INVALID, field=N_("回答"))
    found = await SupportAsk.get_or_none(id=ask)
    if found is None or household is None or found.household_id != household:
        raise Refusal(Code.NOT_FOUND)
    async with journal.record(home_of(actor), actor=None, within=actor.community, at=at) as entry:
        question = await SupportAsk.get_or_none(id=ask, answer="")
        if question is None:
            return
        demand = await require_demand(question.demand_id)
        if said == "yes" and (demand.state not in OPEN or demand.is_private):
            raise Refusal(Code.DEMAND_SETTLED)
        await SupportAsk.filter(id=ask).update(answer=said, answered_at=at)
        if said == "yes":
            await stand_behind(demand.id, household, person, at)
        told = SupportersAnswered(demand=demand.id, answer=said)
        entry.tell(told, subject=f"demand:{demand.id}")


async def questions_for(household: UUID, limit: int = 20) -> list[Question]:
    """What a household has still to answer, the oldest first."""
    asks = await (
        SupportAsk.filter(
            household_id=household, answer="", demand__state__in=OPEN, demand__is_private=False
        )
        .order_by("asked_at")
        .limit(limit)
        .prefetch_related("demand")
    )
    before = {d.id: d for d in await Demand.filter(id__in=[ask.from_demand_id for ask in asks])}
    return [
        Question(ask=ask.id, demand=ask.demand, before=before[ask.from_demand_id])
        for ask in asks
        if ask.from_demand_id in before
    ]


async def asked_for(demand: UUID) -> Asked:
    """How those who stood behind what was merged into a demand have answered so far."""
    answers = await SupportAsk.filter(demand_id=demand).values_list("answer", flat=True)
    said = [str(one) for one in answers]
    return Asked(asked=len(said), answered=sum(map(bool, said)), agreed=said.count("yes"))


async def merged_into(demand: UUID) -> Sequence[Demand]:
    """What went on in this one directly, in the order of numbers."""
    return await Demand.filter(merged_into_id=demand, state="merged").order_by("number")
