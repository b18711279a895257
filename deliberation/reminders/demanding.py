"""The facts that reminders go by: demands, what was handed over, claimed and escalated."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

from deliberation.claims.models import Claim, Escalation
from deliberation.demands.models import Demand, Handover, SupportAsk
from deliberation.matters.models import Matter
from deliberation.people.models import Organisation
from deliberation.reminders import due
from deliberation.reminders.gathering import Now
from deliberation.reminders.occasions import Audience, Kind, Occasion, Whom

ROUTES = ("deliberation", "service", "mediation", "authority", "petition")
WAITING = ("listed", "taken_up", "referred")
ANSWERED = (*WAITING, "resolved", "merged", "declined")
OLDEST_ASKED = timedelta(days=800)
"""An answer to a demand raised longer ago is not told by itself."""


def name_of(demand: Demand) -> str:
    """Of a dispute between people nothing but its number is told."""
    return demand.number if demand.is_private else demand.title


async def answers_due(now: Now) -> AsyncIterator[Occasion]:
    """Demands that wait for an answer."""
    earliest, latest = now.due_days
    rows = await Demand.filter(
        community_id__in=now.communities,
        route__in=ROUTES,
        due_on__gte=earliest,
        due_on__lte=latest,
        state__in=WAITING,
        answered_at=None,
    )
    for row in rows:
        if row.due_on is None:
            continue
        deadline = due.Deadline(
            kind=Kind.DUTY,
            words="answer",
            community=row.community_id,
            subject=f"demand:{row.id}",
            title=name_of(row),
            due_on=row.due_on,
            link=f"/demands/{row.id}",
            audience=(Audience(Whom.FACILITATORS, row.community_id),),
        )
        for occasion in due.of_deadline(deadline, now.today(row.community_id)):
            yield occasion


async def handovers_due(now: Now) -> AsyncIterator[Occasion]:
    """What was given to somebody by name and has not come back."""
    earliest, latest = now.due_days
    rows = await Handover.filter(
        state="open", due_on__gte=earliest, due_on__lte=latest
    ).select_related("demand")
    for row in rows:
        community = row.demand.community_id
        of = row.organisation_id
        liaisons = (Audience(Whom.LIAISONS, of),) if of else ()
        deadline = due.Deadline(
            kind=Kind.DUTY,
            words="handover",
            community=community,
            subject=f"handover:{row.id}",
            title=name_of(row.demand),
            organisation=row.to_name,
            due_on=row.due_on,
            link=f"/demands/{row.demand_id}",
            audience=(Audience(Whom.FACILITATORS, community), *liaisons),
        )
        for occasion in due.of_deadline(deadline, now.today(community)):
            yield occasion


async def answered(now: Now) -> AsyncIterator[Occasion]:
    """To who raised a demand: that there is an answer, or that it was declined."""
    rows = await Demand.filter(
        community_id__in=now.communities,
        state__in=ANSWERED,
        raised_on__gte=now.at.date() - OLDEST_ASKED,
        raised_by_id__not_isnull=True,
        changed_at__gte=now.since,
    )
    for row in rows:
        happened = row.answered_at or (row.settled_at if row.state == "declined" else None)
        if happened is None or row.raised_by_id is None:
            continue
        news = due.News(
            kind=Kind.ANSWER,
            words="declined" if row.state == "declined" else "answered",
            community=row.community_id,
            subject=f"demand:{row.id}",
            happened_at=happened,
            happened_on=now.day(row.community_id, happened),
            link=f"/demands/{row.id}",
            audience=(Audience(Whom.PERSON, row.raised_by_id),),
            facts={"title": name_of(row)},
            is_lasting=True,
        )
        for occasion in due.of_news(news, now.today(row.community_id)):
            yield occasion


async def support_asked(now: Now) -> AsyncIterator[Occasion]:
    """To a household whose demand was merged into another."""
    rows = await SupportAsk.filter(answer="", asked_at__gte=now.since).select_related("demand")
    former = [row.from_demand_id for row in rows]
    titles = {row.id: name_of(row) for row in await Demand.filter(id__in=former)}
    for row in rows:
        community = row.demand.community_id
        news = due.News(
            kind=Kind.SUPPORT,
            words="support",
            community=community,
            subject=f"ask:{row.id}",
            happened_at=row.asked_at,
            happened_on=now.day(community, row.asked_at),
            link=f"/demands/{row.demand_id}",
            audience=(Audience(Whom.HOUSEHOLD, row.household_id),),
            facts={
                "title": titles.get(row.from_demand_id, ""),
                "other": name_of(row.demand),
            },
        )
        for occasion in due.of_news(news, now.today(community)):
            yield occasion


async def offered(now: Now) -> AsyncIterator[Occasion]:
    """To all liaisons, once for all that is offered on a day."""
    rows = await Demand.filter(
        community_id__in=now.communities,
        state="listed",
        offered_on__gte=now.since.date() - timedelta(days=1),
    ).values_list("community_id", "offered_on")
    for community, on in sorted(set(rows)):
        news = due.News(
            kind=Kind.OFFER,
            words="offered",
            community=community,
            subject=f"community:{community}",
            happened_at=now.at,
            happened_on=on,
            stamp=on.isoformat(),
            link="/claims",
            audience=(Audience(Whom.PARTNERS, community),),
            facts={"day": on.isoformat()},
        )
        for occasion in due.of_news(news, now.today(community)):
            yield occasion


async def released(now: Now) -> AsyncIterator[Occasion]:
    """To staff and all liaisons: a claim was given back."""
    rows = await Claim.filter(
        community_id__in=now.communities, state="released", ended_at__gte=now.since
    ).select_related("demand")
    for row in rows:
        if row.ended_at is None:
            continue
        news = due.News(
            kind=Kind.OFFER,
            words="released",
            community=row.community_id,
            subject=f"claim:{row.id}",
            happened_at=row.ended_at,
            happened_on=now.day(row.community_id, row.ended_at),
            link=f"/demands/{row.demand_id}",
            audience=(
                Audience(Whom.FACILITATORS, row.community_id),
                Audience(Whom.PARTNERS, row.community_id),
            ),
            facts={"title": name_of(row.demand)},
        )
        for occasion in due.of_news(news, now.today(row.community_id)):
            yield occasion


async def escalated(now: Now) -> AsyncIterator[Occasion]:
    """New on the list of the level above; given by it to a department."""
    listed = await Escalation.filter(
        community_id__in=now.communities, state="listed", raised_at__gte=now.since
    )
    assigned = await Escalation.filter(
        community_id__in=now.communities, state="assigned", assigned_at__gte=now.since
    )
    rows = [*listed, *assigned]
    names = await _names_of(rows)
    for row in rows:
        for occasion in due.of_news(_escalation(row, names, now), now.today(row.community_id)):
            yield occasion


def _escalation(row: Escalation, names: dict[UUID, str], now: Now) -> due.News:
    is_assigned = row.assigned_at is not None and row.organisation_id is not None
    happened = row.assigned_at or row.raised_at
    facts = {"title": names.get(row.matter_id or row.demand_id or row.id, "")}
    audience = [Audience(Whom.FACILITATORS, row.community_id)]
    if is_assigned and row.organisation_id is not None:
        facts["organisation"] = names.get(row.organisation_id, "")
        facts["until"] = row.due_on.isoformat() if row.due_on else ""
        audience.append(Audience(Whom.LIAISONS, row.organisation_id))
    else:
        audience.append(Audience(Whom.FACILITATORS, row.upper_id))
    return due.News(
        kind=Kind.ESCALATION,
        words="assigned" if is_assigned else "listed",
        community=row.community_id,
        subject=f"escalation:{row.id}",
        happened_at=happened,
        happened_on=now.day(row.community_id, happened),
        link=f"/matters/{row.matter_id}" if row.matter_id else f"/demands/{row.demand_id}",
        audience=tuple(audience),
        facts=facts,
    )


async def _names_of(rows: list[Escalation]) -> dict[UUID, str]:
    """Of the matters, demands and organisations of these rows."""
    from_demands = [row.demand_id for row in rows if row.demand_id]
    from_matters = [row.matter_id for row in rows if row.matter_id]
    of = [row.organisation_id for row in rows if row.organisation_id]
    found = {row.id: name_of(row) for row in await Demand.filter(id__in=from_demands)}
    found |= {row.id: row.title for row in await Matter.filter(id__in=from_matters)}
    return found | {row.id: row.name for row in await Organisation.filter(id__in=of)}
