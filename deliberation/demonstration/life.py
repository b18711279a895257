"""What becomes of each made-up demand, from who brings it to who says that it is done."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from deliberation.agendas.rerouting import reroute
from deliberation.claims import service as claims
from deliberation.claims.models import Claim
from deliberation.demands import handing, merging
from deliberation.demands.models import Demand, Handover, SupportAsk
from deliberation.demands.routes import Outcome, Route
from deliberation.demands.rules import Channel, Raising
from deliberation.demands.sending import Order
from deliberation.demands.service import raise_demand, support
from deliberation.demonstration.diary import Diary
from deliberation.demonstration.settling import Resident
from deliberation.demonstration.town import LEAVER, Speaker, Town
from deliberation.demonstration.wishes import Wish
from deliberation.demonstration.work import Works
from deliberation.errors import Refusal
from deliberation.matters.planning import Part
from deliberation.people.models import Place

FREE = ("", "deliberation")
PLAN: Sequence[Part] = (
    Part(title="看现场、定方案", days=7),
    Part(title="备料", days=10),
    Part(title="施工或开办", days=20),
    Part(title="验收", days=5),
)
SAID_NO = "这件不在本单位能做的范围，建议由专业单位来办。（演示）"


class Lives:
    """Follows demands through the year; each act writes the next one into the diary."""

    def __init__(self, town: Town, diary: Diary, works: Works) -> None:
        self.town = town
        self.diary = diary
        self.works = works
        self._places: dict[str, UUID] = {}
        self._last: UUID | None = None

    @property
    def _chance(self) -> float:
        return self.town.chance.random()

    def _after(self, at: datetime, least: int, most: int) -> datetime:
        """Some days later, in the office's hours."""
        day = at + timedelta(days=self.town.chance.randint(least, most))
        return self.town.at(day, self.town.chance.randint(9, 16), self.town.chance.randint(0, 59))

    def _on(self, at: datetime) -> date:
        return at.astimezone(self.town.zone).date()

    # ------------------------------------------------------------ brought and looked at

    async def bring(self, wish: Wish, at: datetime) -> None:
        """Raised by a resident, or entered for one; neighbours support it."""
        neighbours = self._neighbours(wish)
        raising = Raising(
            title=wish.title,
            description=wish.description,
            domain=wish.domain,
            place=f"{wish.building}号楼",
            place_id=await self._place(wish.building),
            urgency=wish.urgency,
            channel="" if wish.channel is Channel.RESIDENT else wish.channel,
            household=None if wish.channel is Channel.RESIDENT else neighbours[0].household,
        )
        is_own = wish.channel is Channel.RESIDENT
        actor = neighbours[0].actor if is_own else self.town.chair
        demand = await raise_demand(actor, raising, at=at)
        for resident in neighbours[1:]:
            await support(resident.actor, demand.id, at=at + timedelta(minutes=5))
        before, self._last = self._last, demand.id
        when = self._after(at, 1, 4)
        if wish.repeats and before is not None:
            self.diary.write(when, lambda then: self._merge(demand.id, before, then))
        else:
            self.diary.write(when, lambda then: self._sort(demand.id, wish.fate, then))

    def _neighbours(self, wish: Wish) -> Sequence[Resident]:
        """Who brings it, and who stands behind it: more for some than for others."""
        people = list(self.town.residents)
        first = (wish.building * 7) % len(people)
        count = 1 + int(self._chance * self._chance * 14)
        return [people[(first + n * 3) % len(people)] for n in range(min(count, len(people)))]

    async def _place(self, building: int) -> UUID | None:
        name = f"{building}号楼"
        if name not in self._places:
            found = await Place.get_or_none(community_id=self.town.community.id, name=name)
            if found is None:
                return None
            self._places[name] = found.id
        return self._places[name]

    async def _merge(self, demand: UUID, into: UUID, at: datetime) -> None:
        """Said before: it goes on in the other, and those who stood behind it are asked."""
        try:
            target = await merging.merge(
                self.town.chair, demand, into, "说的是同一件事。（演示）", at=at
            )
        except Refusal:  # the other is settled already, or in a route of its own
            await self._sort(demand, "service", at)
            return
        asked = await SupportAsk.filter(demand_id=target.id, answer="")
        homes = {resident.household: resident for resident in self.town.residents}
        for ask in asked:
            said = "yes" if self._chance < 0.8 else "no"
            await merging.answer(
                homes[ask.household_id].actor, ask.id, said, at=at + timedelta(hours=3)
            )

    async def _sort(self, demand: UUID, fate: str, at: datetime) -> None:
        """Triage: the demand goes where its fate says."""
        found = await Demand.get(id=demand)
        if found.state != "listed":
            return  # a notice has taken it up meanwhile
        match fate:
            case "service":
                await self._serve(demand, at)
            case "authority" | "mediation" | "petition":
                await self._hand_over(demand, Route(fate), at)
            case "declined":
                reason = "不在社区能办的范围，已告知应找的部门。（演示）"
                await self._triage(demand, Order(route=Route.DECLINED, reason=reason), at)
            case "offer":
                await self._triage(demand, Order(route=Route.DELIBERATION), at)
                self.diary.write(self._after(at, 2, 9), lambda then: self._offer(demand, then))
            case _:
                await self._triage(demand, Order(route=Route.DELIBERATION), at)

    async def _triage(self, demand: UUID, order: Order, at: datetime) -> None:
        await reroute(self.town.chair, demand, order, at=at)

    # ------------------------------------------------------------ handed over

    async def _serve(self, demand: UUID, at: datetime) -> None:
        """Somebody simply does it: half the same day, most within three."""
        order = Order(
            route=Route.SERVICE,
            reason="小事直办。（演示）",
            organisation=self.town.partners[0].organisation,
        )
        await self._triage(demand, order, at)
        drawn = self._chance
        days = 0 if drawn < 0.5 else 1 if drawn < 0.8 else 2 if drawn < 0.95 else 6
        back = self.town.at(at + timedelta(days=days), 17, 30)
        outcome = Outcome.SETTLED if self._chance < 0.93 else Outcome.UNSETTLED
        self.diary.write(back, lambda then: self._return(demand, outcome, then))

    async def _hand_over(self, demand: UUID, route: Route, at: datetime) -> None:
        department = self.town.chance.choice(self.town.departments)
        is_named = route is Route.AUTHORITY
        order = Order(
            route=route,
            reason="按职责转交。（演示）",
            due_on=self._on(at) + timedelta(days=20) if is_named else None,
            to=""
            if is_named
            else "演示人民调解委员会"
            if route is Route.MEDIATION
            else "演示信访窗口",
            organisation=department.organisation if is_named else None,
            words="请按期办理并回告。（演示）",
        )
        await self._triage(demand, order, at)
        back = self._after(at, 8, 25)
        self.diary.write(back, lambda then: self._return(demand, Outcome.SETTLED, then))

    async def _return(self, demand: UUID, outcome: Outcome, at: datetime) -> None:
        handover = await Handover.filter(demand_id=demand, state="open").first()
        if handover is None:
            return
        words = (
            "已经办好，现场看过。（演示）"
            if outcome is Outcome.SETTLED
            else "办不了，退回再分。（演示）"
        )
        await handing.returned(
            self.town.chair, handover.id, handing.Return(outcome=outcome, words=words), at=at
        )
        if outcome is not Outcome.SETTLED:
            self.diary.write(self._after(at, 1, 3), lambda then: self._sort(demand, "offer", then))

    # ------------------------------------------------------------ offered and claimed

    async def _offer(self, demand: UUID, at: datetime) -> None:
        found = await Demand.get(id=demand)
        if found.state != "listed" or found.route not in FREE:
            return
        await claims.offer(self.town.chair, [demand], at=at)
        if self._chance < 0.25:
            self.diary.write(self._after(at, 1, 4), lambda then: self._refuse(demand, then))
        if self._chance < 0.72:
            self.diary.write(self._after(at, 4, 15), lambda then: self._claim(demand, then))

    def _somebody(self) -> Speaker:
        return self.town.chance.choice(self.town.partners)

    async def _is_free(self, demand: UUID) -> bool:
        found = await Demand.get(id=demand)
        return found.state == "listed" and found.offered_on is not None

    async def _refuse(self, demand: UUID, at: datetime) -> None:
        if await self._is_free(demand):
            await claims.refuse(self._somebody().actor, demand, SAID_NO, at=at)

    async def _claim(self, demand: UUID, at: datetime) -> None:
        """Taken on with a day and a plan; one in ten is given back."""
        if not await self._is_free(demand):
            return
        speaker = self._somebody()
        promised = self._on(at) + timedelta(days=self.town.chance.randint(20, 50))
        promise = claims.Promise(promised_on=promised, plan=PLAN)
        made = await claims.claim(speaker.actor, demand, promise, at=at)
        if self._chance < 0.08:
            self.diary.write(self._after(at, 6, 12), lambda then: self._release(made.id, then))
        elif made.matter_id is not None:
            await self.works.begin(made.matter_id, at)

    async def _release(self, claim: UUID, at: datetime) -> None:
        found = await Claim.get(id=claim)
        speaker = self.town.speaker(found.organisation_id)
        if found.state != "claimed" or speaker is None:
            return
        await claims.release(speaker.actor, claim, "人手不够，做不了。（演示）", at=at)
        demand = found.demand_id
        self.diary.write(self._after(at, 3, 9), lambda then: self._claim(demand, then))

    def leave(self) -> None:
        """One organisation is gone, and its liaison speaks for nobody any more."""
        self.town.partners = [one for one in self.town.partners if one.name != LEAVER]
