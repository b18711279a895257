"""What triage and hand-overs write, inside the unit of work of an act."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.attachments.models import Attachment
from deliberation.demands import routes
from deliberation.demands.models import Demand, Handover, SupportAsk
from deliberation.demands.routes import Days, HandoverState, Outcome, Route
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import (
    DemandAnswered,
    DemandHandedOver,
    DemandTriaged,
    HandoverReturned,
    PhotoHidden,
)
from deliberation.people.models import Community, Organisation
from deliberation.rulesets.service import latest

KIND = "answers"
LONGEST_CHAIN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Where a demand goes. `to` is whom it is handed to, by name, or `organisation` one of the
    list; `words` is what they are told, for staff and for them."""

    route: Route
    reason: str = ""
    due_on: date | None = None
    to: str = ""
    organisation: UUID | None = None
    words: str = ""


async def days_of(community: UUID) -> Days:
    """As adopted there, or as shipped."""
    return routes.days_from(await latest(community, KIND))


async def send(
    entry: journal.Recorder, community: Community, demand: Demand, order: Order
) -> Handover | None:
    """Send a demand where the order says; the caller has checked that it may go there."""
    today, days = routes.local_day(entry.at, community.zone), await days_of(community.id)
    reason = routes.reason_from(order.reason, order.route)
    due = routes.due_on(order.route, today, days, order.due_on)
    if order.route is Route.MEDIATION:
        await hide(entry, demand)
    await _settle_route(entry, demand, order.route, reason, due)
    if order.route not in routes.HANDED or due is None:
        return None
    first = routes.first_due_on(order.route, today, days, due)
    return await hand_over(entry, community, demand, order, first)


async def _settle_route(
    entry: journal.Recorder, demand: Demand, route: Route, reason: str, due: date | None
) -> None:
    demand.route, demand.route_reason, demand.due_on = route.value, reason, due
    demand.triaged_at, demand.changed_at = entry.at, entry.at
    demand.state = _STATES.get(route, "referred")
    if route is not Route.DELIBERATION:
        demand.offered_on = None
    await demand.save(update_fields=_ROUTED)
    triaged = DemandTriaged(
        demand=demand.id,
        route=route.value,
        reason="" if demand.is_private else reason,
        due_on=due,
    )
    private = {"reason": reason} if demand.is_private else None
    entry.tell(triaged, subject=subject_of(demand), restricted=private)
    if route is Route.DECLINED:
        await answer(entry, demand, reason, is_settled=True, is_quiet=demand.is_private)


_STATES = {Route.DELIBERATION: "listed", Route.DECLINED: "declined"}
_ROUTED = (
    *("state", "route", "route_reason", "due_on", "offered_on"),
    *("triaged_at", "settled_at", "changed_at"),
)
"""Never the whole row: households are counted in it meanwhile."""


def subject_of(demand: Demand) -> str:
    return f"demand:{demand.id}"


async def hide(entry: journal.Recorder, demand: Demand) -> None:
    """From now on only numbers are shown: of the demand, and of all that went on in it. Their
    photos are seen by staff only, and nobody is asked any more whether they stand behind it."""
    hidden = await _with_merged(demand)
    await Demand.filter(id__in=hidden).update(is_private=True, changed_at=entry.at)
    demand.is_private = True
    await SupportAsk.filter(demand_id__in=hidden, answer="").delete()
    subjects = [f"demand:{one}" for one in hidden]
    for photo in await Attachment.filter(subject__in=subjects).only("id", "subject"):
        why = N_("涉及具体的人，不公开")
        await Attachment.filter(id=photo.id).update(is_shown=False, hidden_reason=why)
        entry.tell(PhotoHidden(photo=photo.id, reason=why), subject=photo.subject)


async def _with_merged(demand: Demand) -> list[UUID]:
    """The demand and those merged into it, however often."""
    found, last = [demand.id], [demand.id]
    while last and len(found) < LONGEST_CHAIN:
        rows = await Demand.filter(merged_into_id__in=last, state="merged")
        last = [row.id for row in rows if row.id not in found]
        found += last
    return found


async def hand_over(
    entry: journal.Recorder, community: Community, demand: Demand, order: Order, due: date
) -> Handover:
    """Give a demand to somebody by name. Raises NOT_FOUND and ORGANISATION_LEFT for one that is
    not of the community or of a level above it, or is not there any more."""
    organisation = await _organisation(community, order.organisation)
    named = order.to or (community.name if order.route is Route.SERVICE else "")
    name = organisation.name if organisation else routes.name_from(named)
    words = order.words.strip()
    if len(words) > routes.LONGEST_WORDS:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("交办说明"), limit=routes.LONGEST_WORDS)
    made = await Handover.create(
        id=uuid4(),
        demand_id=demand.id,
        kind=order.route.value,
        to_name=name,
        organisation_id=organisation.id if organisation else None,
        words=words,
        due_on=due,
        handed_at=entry.at,
        by_id=entry.actor,
    )
    told = DemandHandedOver(
        demand=demand.id,
        handover=made.id,
        kind=made.kind,
        to="" if demand.is_private else name,
        due_on=due,
    )
    private = {"to": name, "words": words} if words or demand.is_private else None
    entry.tell(told, subject=subject_of(demand), restricted=private)
    entry.answer["handover"] = str(made.id)
    return made


async def _organisation(community: Community, organisation: UUID | None) -> Organisation | None:
    if organisation is None:
        return None
    found = await Organisation.get_or_none(id=organisation)
    if found is None or found.community_id not in await _with_levels_above(community):
        raise Refusal(Code.NOT_FOUND)
    if found.left_at is not None:
        raise Refusal(Code.ORGANISATION_LEFT, name=found.name)
    return found


async def _with_levels_above(community: Community) -> list[UUID]:
    found, at = [community.id], community.parent_id
    while at is not None and at not in found:
        found.append(at)
        at = (await Community.get(id=at)).parent_id
    return found


async def organisations_for(community: Community) -> list[Organisation]:
    """To choose from: the community's own and those of the levels above, by name."""
    levels = await _with_levels_above(community)
    return await Organisation.filter(community_id__in=levels, left_at=None).order_by("name")


async def end_handover(
    entry: journal.Recorder, demand: Demand, handover: Handover, outcome: Outcome | None, words: str
) -> None:
    """It came back with that outcome, or was withdrawn (None). Raises HANDOVER_SETTLED."""
    if handover.state != HandoverState.OPEN:
        raise Refusal(Code.HANDOVER_SETTLED)
    ended = HandoverState.RETURNED if outcome else HandoverState.WITHDRAWN
    handover.state, handover.outcome = ended.value, outcome.value if outcome else ""
    handover.returned_words, handover.returned_at = words, entry.at
    await handover.save(update_fields=["state", "outcome", "returned_words", "returned_at"])
    is_quiet = handover.kind in routes.QUIET or demand.is_private
    told = HandoverReturned(
        demand=demand.id,
        handover=handover.id,
        outcome=handover.outcome or ended.value,
        words="" if is_quiet else words,
    )
    entry.tell(told, subject=subject_of(demand), restricted={"words": words} if is_quiet else None)


async def answer(
    entry: journal.Recorder, demand: Demand, words: str, *, is_settled: bool, is_quiet: bool
) -> None:
    """Tell those who brought a demand; where it `is_quiet` nobody else reads the words."""
    demand.answer, demand.answered_at = words, entry.at
    demand.changed_at = entry.at
    if is_settled:
        demand.settled_at = entry.at
    await demand.save(update_fields=["answer", "answered_at", "changed_at", "settled_at", "state"])
    told = DemandAnswered(demand=demand.id, words="" if is_quiet else words, settled=is_settled)
    private = {"words": words} if is_quiet else None
    entry.tell(told, subject=subject_of(demand), restricted=private)


async def list_again(entry: journal.Recorder, community: Community, demand: Demand) -> None:
    """Back on the list and not looked at, with an answer due as on the first day."""
    days = await days_of(community.id)
    today = routes.local_day(entry.at, community.zone)
    demand.state, demand.route, demand.route_reason = "listed", "", ""
    demand.due_on = routes.answer_due_on(today, None, days)
    demand.settled_at, demand.changed_at = None, entry.at
    await demand.save(update_fields=_ROUTED)
