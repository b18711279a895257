"""演示: somebody who does whatever comes to mind with demands, claims, matters and escalations."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.agendas.rerouting import reroute
from deliberation.claims import escalating, leaving, reviewing, service
from deliberation.claims.escalating import Duty
from deliberation.claims.models import Claim, Escalation
from deliberation.claims.rules import Finding
from deliberation.claims.service import Promise
from deliberation.claims.ticking import tick
from deliberation.demands import handing, merging
from deliberation.demands.models import Demand, Handover
from deliberation.demands.routes import RETURNS, Route
from deliberation.demands.sending import Order
from deliberation.demands.service import Raising, raise_demand, support
from deliberation.errors import Code, Refusal
from deliberation.matters import rating, tasks
from deliberation.matters.models import Matter, Milestone, Task
from deliberation.matters.moving import apply, facts_of
from deliberation.matters.opening import add_demand, open_matter
from deliberation.matters.service import Given, Known, act_on, record_resolution
from deliberation.matters.steps import Act
from deliberation.matters.workflow import available
from deliberation.people import organisations
from deliberation.people.models import Organisation
from deliberation.people.organisations import Joining
from deliberation.people.roles import Actor, Role
from deliberation.people.service import require_row

ALL_KNOWN = Known(was_discussed=True, has_wording=True, has_minutes=True)
MOST_ATTEMPTS = 40
ORDERS: dict[Any, tuple[str, ...]] = {
    Demand: ("number",),
    Matter: ("number",),
    Organisation: ("name",),
    Task: ("set_at", "organisation__name"),
    Claim: ("claimed_at",),
    Escalation: ("raised_at", "demand_id"),
    Handover: ("handed_at",),
    Milestone: ("due_on", "position"),
}
"""Ids are made anew each time: the same walk needs another order."""
OUTCOMES = ("adopted", "rejected", "invalid")


@dataclass(kw_only=True)
class Walk:
    """`here` is the community's own staff, `upper` those of the level above, `stranger` staff of
    another community; `done` counts what was not refused."""

    chance: random.Random
    community: UUID
    here: Actor
    upper: Actor
    stranger: Actor
    residents: Sequence[Actor]
    meeting: UUID
    at: datetime = datetime(2026, 1, 5, 1, tzinfo=UTC)
    raised: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[Code] = field(default_factory=Counter)

    async def step(self) -> None:
        """Try until something is not refused, what was seldom done before the rest."""
        self.at += timedelta(hours=self.chance.choice((1, 5, 20)))
        for _attempt in range(MOST_ATTEMPTS):
            rare = [1 / (1 + self.done[act.__name__]) for act in ACTS]
            (act,) = self.chance.choices(ACTS, rare)
            try:
                await act(self)
            except Refusal as refusal:
                self.refused[refusal.code] += 1
            else:
                self.done[act.__name__] += 1
                return

    @property
    def today(self) -> date:
        return (self.at + timedelta(hours=8)).date()

    def some_day(self) -> date:
        return self.today + timedelta(days=self.chance.choice((-1, 0, 3, 20)))

    def reason(self) -> str:
        return " " if self.chance.random() < 0.1 else "演示理由"

    async def one(self, table: Any, **where: object) -> Any:
        """A row, none of which is likelier; what is not there is refused as a page would."""
        rows = await table.filter(**where).order_by(*ORDERS.get(table, ()), "id")
        if not rows:
            raise Refusal(Code.NOT_FOUND)
        return self.chance.choice(rows)

    async def liaison(self) -> Actor:
        where = {} if self.chance.random() < 0.1 else {"community_id": self.community}
        found = await self.one(Organisation, left_at=None, **where)
        return Actor(
            person=uuid4(),
            community=found.community_id,
            organisation=found.id,
            roles=frozenset({Role.LIAISON}),
        )

    async def somebody(self) -> Actor:
        """Mostly who may; now and then who may not."""
        others = (await self.liaison(), self.residents[0], self.stranger, self.upper)
        return self.chance.choice((self.here,) * 20 + others)


async def raise_one(walk: Walk) -> None:
    walk.raised += 1
    who = walk.chance.choice([*walk.residents, walk.here])
    await raise_demand(who, Raising(title=f"演示诉求{walk.raised:04}号"), at=walk.at)


async def back_one(walk: Walk) -> None:
    found = await walk.one(Demand, state__in=["listed", "taken_up"])
    await support(walk.chance.choice(walk.residents), found.id, at=walk.at)


async def send_one(walk: Walk) -> None:
    found = await walk.one(Demand, state__in=["listed", "referred"])
    given = await walk.one(Organisation)
    order = Order(
        route=walk.chance.choice([Route.DELIBERATION, *Route]),
        reason=walk.reason(),
        due_on=walk.chance.choice((None, walk.today)),
        organisation=walk.chance.choice((None, given.id)),
        to="演示科室",
    )
    await reroute(await walk.somebody(), found.id, order, at=walk.at)


async def give_answer(walk: Walk) -> None:
    found = await walk.one(Handover, state="open")
    back = handing.Return(outcome=walk.chance.choice(RETURNS), words="演示结果")
    await handing.returned(await walk.somebody(), found.id, back, at=walk.at)


async def take_back_handover(walk: Walk) -> None:
    found = await walk.one(Handover, state="open")
    await handing.withdraw(await walk.somebody(), found.id, walk.reason(), at=walk.at)


async def dispute(walk: Walk) -> None:
    found = await walk.one(Demand, state="resolved")
    await handing.dispute(walk.chance.choice(walk.residents), found.id, walk.reason(), at=walk.at)


async def merge(walk: Walk) -> None:
    one, other = await walk.one(Demand, state="listed"), await walk.one(Demand)
    await merging.merge(await walk.somebody(), one.id, other.id, walk.reason(), at=walk.at)


async def offer(walk: Walk) -> None:
    await service.offer(
        await walk.somebody(), [(await walk.one(Demand, state="listed")).id], at=walk.at
    )


async def claim(walk: Walk) -> None:
    found = await walk.one(Demand, state__in=["listed", "taken_up"], offered_on__not_isnull=True)
    promise = Promise(promised_on=walk.some_day())
    await service.claim(await walk.liaison(), found.id, promise, at=walk.at)


async def decline(walk: Walk) -> None:
    found = await walk.one(Demand, offered_on__not_isnull=True)
    await service.refuse(await walk.liaison(), found.id, walk.reason(), at=walk.at)


async def release(walk: Walk) -> None:
    found = await walk.one(Claim, active_demand_id__not_isnull=True)
    who = walk.chance.choice([await walk.liaison(), await walk.somebody()])
    await service.release(who, found.id, walk.reason(), at=walk.at)


async def move(walk: Walk) -> None:
    found = await walk.one(Matter, state="active")
    other = await walk.one(Matter)
    named = await walk.one(Organisation)
    given = Given(
        target=other.id,
        organisation=walk.chance.choice((named.name, "演示新单位")),
        due_on=walk.some_day(),
        reason=walk.reason(),
    )
    facts = await facts_of(found, at=walk.at, was_discussed=True, has_wording=True)
    act = walk.chance.choice([*available(facts) * 12, *Act])
    await act_on(await walk.somebody(), found.id, act, given, known=ALL_KNOWN, at=walk.at)


@journal.shielded
async def notice(walk: Walk) -> None:
    """As a notice does: in the stream of the meeting."""
    found = await walk.one(Demand, state="listed", is_private=False)
    row = await require_row(walk.community)
    async with journal.record(walk.community, actor=walk.here.person, at=walk.at) as entry:
        matter = await open_matter(entry, row, [found])
        facts = await facts_of(matter, at=walk.at)
        if Act.ACCEPT in available(facts):
            await apply(entry, matter, Act.ACCEPT, facts)


@journal.shielded
async def decide(walk: Walk) -> None:
    found = await walk.one(Matter, state="active", step="decide")
    async with journal.record(walk.community, actor=walk.here.person, at=walk.at) as entry:
        await record_resolution(
            entry,
            matter=found.id,
            meeting=walk.meeting,
            item=uuid4(),
            ballot=uuid4(),
            wording="演示决议",
            outcome=walk.chance.choice(OUTCOMES),
        )


async def take_in(walk: Walk) -> None:
    matter, demand = await walk.one(Matter, state="active"), await walk.one(Demand)
    await add_demand(await walk.somebody(), matter.id, demand.id, at=walk.at)


async def worker(walk: Walk, task: Task) -> Actor:
    found = await Organisation.get(id=task.organisation_id)
    own = Actor(
        person=uuid4(),
        community=found.community_id,
        organisation=found.id,
        roles=frozenset({Role.LIAISON}),
    )
    return walk.chance.choice((own, own, own, await walk.somebody()))


async def plan(walk: Walk) -> None:
    task = await walk.one(Task, state="open")
    lines = [(f"演示节点{n}", walk.today) for n in range(2)]
    await tasks.plan_milestones(await worker(walk, task), task.id, lines, at=walk.at)


async def reach(walk: Walk) -> None:
    found = await walk.one(Milestone, task__state="open")
    task = await Task.get(id=found.task_id)
    await tasks.reach(await worker(walk, task), task.id, found.id, at=walk.at)


async def put_off(walk: Walk) -> None:
    task = await walk.one(Task, state="open")
    later = task.due_on + timedelta(days=walk.chance.choice((-3, 5)))
    await tasks.postpone(await worker(walk, task), task.id, later, walk.reason(), at=walk.at)


async def finish(walk: Walk) -> None:
    task = await walk.one(Task, state="open")
    await tasks.finish(await worker(walk, task), task.id, "演示办完", at=walk.at)


async def report(walk: Walk) -> None:
    task = await walk.one(Task, state="done")
    who = await worker(walk, task)
    await act_on(who, task.matter_id, Act.REPORT_DONE, Given(), known=ALL_KNOWN, at=walk.at)


async def rate(walk: Walk) -> None:
    found = await walk.one(Matter, state="active", step="evaluate")
    mark = walk.chance.choice((1, 1, 2, 5))
    await rating.rate(walk.chance.choice(walk.residents), found.id, mark, at=walk.at)


async def ask_above(walk: Walk) -> None:
    if walk.chance.random() < 0.5:
        found = await walk.one(Demand, state="listed")
        await escalating.ask_for_demand(await walk.somebody(), found.id, walk.reason(), at=walk.at)
    else:
        matter = await walk.one(Matter, state="active")
        await escalating.ask_for_matter(await walk.somebody(), matter.id, walk.reason(), at=walk.at)


async def assign(walk: Walk) -> None:
    found = await walk.one(Escalation, open_subject_id__not_isnull=True)
    department = await walk.one(Organisation, left_at=None)
    duty = Duty(organisation=department.id, duty="演示交办", due_on=walk.some_day())
    who = walk.chance.choice((walk.upper, walk.upper, await walk.somebody()))
    await escalating.assign(who, found.id, duty, at=walk.at)


async def look_after(walk: Walk) -> None:
    found = await walk.one(Escalation, open_subject_id__not_isnull=True)
    finding = walk.chance.choice(list(Finding))
    await reviewing.review(walk.upper, found.id, finding, "演示调度", at=walk.at)


async def send_back(walk: Walk) -> None:
    found = await walk.one(Escalation, open_subject_id__not_isnull=True)
    await reviewing.send_back(walk.upper, found.id, walk.reason(), at=walk.at)


async def come_and_go(walk: Walk) -> None:
    who = walk.chance.choice((walk.here, walk.upper))
    found = await walk.one(Organisation, community_id=who.community, left_at=None)
    if walk.chance.random() < 0.3:
        await leaving.leave(who, found.id, walk.reason(), at=walk.at)
    count = await Organisation.all().count()
    await organisations.add(who, Joining(name=f"演示单位{count}"), at=walk.at)


async def pass_time(walk: Walk) -> None:
    """Days pass, or the clock goes back an hour."""
    walk.at += timedelta(days=walk.chance.choice((1, 10, 31)))
    await tick(walk.at - timedelta(hours=walk.chance.choice((0, 1, 30))))


ACTS: Sequence[Callable[[Walk], Awaitable[None]]] = (
    *(raise_one, back_one, send_one, give_answer, take_back_handover, dispute, merge),
    *(offer, claim, decline, release, move, move, move, notice, decide, take_in),
    *(plan, reach, put_off, finish, report, rate, rate, ask_above, assign, look_after),
    *(send_back, come_and_go, pass_time),
)
