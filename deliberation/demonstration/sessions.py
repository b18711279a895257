"""The twelve made-up deliberation days: agenda, notice, sign-in, speeches, votes, minutes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from deliberation.agendas import conduct
from deliberation.agendas.editing import Edit, edit_item, remove_item
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import items_of, propose_agenda
from deliberation.ballots import service as ballots
from deliberation.ballots.casting import cast
from deliberation.ballots.opening import open_ballot
from deliberation.ballots.votes import Casting
from deliberation.demonstration.diary import Act as Doing
from deliberation.demonstration.diary import Diary
from deliberation.demonstration.settling import Resident
from deliberation.demonstration.town import Town
from deliberation.demonstration.work import Works
from deliberation.errors import Refusal
from deliberation.matters import service as matters
from deliberation.matters.models import Matter
from deliberation.matters.service import Given
from deliberation.matters.steps import Act, MatterState, Step
from deliberation.meetings import attending, speaking
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.minutes import service as minutes

NOTICED_BEFORE = timedelta(days=9)
TREATED = 4
"""Items that a meeting comes to; a fifth on the agenda is carried over."""
LISTED = 5
MOVED = 2
"""The second day is moved by two days, for a reason."""
LOSING = 5
"""Every so many motions one finds no majority."""


class Sessions:
    """Prepares and holds each day; what was adopted is assigned and begun."""

    def __init__(self, town: Town, diary: Diary, works: Works) -> None:
        self.town = town
        self.diary = diary
        self.works = works
        self._motions = 0

    async def plan(self, until: datetime) -> None:
        """Write the days of the year into the diary, and the notice of the one after it when that
        is due before the end."""
        days = await DeliberationDay.filter(
            community_id=self.town.community.id, starts_at__lte=until + NOTICED_BEFORE
        ).order_by("held_on")
        for n, day in enumerate(days, start=1):
            if n == MOVED:
                self.diary.write(day.starts_at - timedelta(days=20), self._moving(day.id))
            prepared = day.starts_at - NOTICED_BEFORE
            self.diary.write(prepared.replace(hour=2), self._preparing(day.id))

    def _moving(self, day: UUID) -> Doing:
        async def move(at: datetime) -> None:
            row = await meetings.require_day(day)
            to = row.held_on + timedelta(days=2)
            await meetings.move_day(self.town.chair, day, to, "当天有停电检修。（演示）", at=at)

        return move

    def _preparing(self, day: UUID) -> Doing:
        async def prepare(at: datetime) -> None:
            row = await meetings.require_day(day)
            meeting = await self._notice(row, at)
            if meeting is not None:
                self.diary.write(row.starts_at, lambda then: self._hold(meeting, then))

        return prepare

    async def _notice(self, day: DeliberationDay, at: datetime) -> UUID | None:
        chair = self.town.chair
        title = f"{day.held_on.month}月议事日（演示）"
        meeting = await meetings.plan_meeting(
            chair, day.id, title=title, body=self.town.body, at=at
        )
        await propose_agenda(chair, meeting.id, at=at)
        items = await items_of(meeting.id)
        for item in reversed(items[LISTED:]):
            why = "这次排不下，下次再议。（演示）"
            await remove_item(chair, meeting.id, item.id, reason=why, at=at)
        for item in items[:LISTED]:
            await self._word(meeting, item, at)
        if not items:
            return None
        await publish_notice(chair, meeting.id, at=at)
        return meeting.id

    async def _word(self, meeting: Meeting, item: AgendaItem, at: datetime) -> None:
        """What is new is discussed first unless it is urgent; what was discussed is decided."""
        decides = item.position != 3
        edit = Edit(
            minutes=15,
            reporter="演示报告人",
            step=Step.DECIDE if decides else Step(item.step),
            wording=f"同意“{item.title}”（演示），两个月内办完，完工后请居民评价。"
            if decides
            else None,
        )
        await edit_item(self.town.chair, meeting.id, item.id, edit, at=at)

    async def _hold(self, meeting: UUID, at: datetime) -> None:
        chair = self.town.chair
        present = await self._sign_in(meeting, at)
        await meetings.convene(chair, meeting, at=at)
        items = await items_of(meeting)
        for item in items[:TREATED]:
            at = await self._treat(meeting, item, present, at)
        await conduct.adjourn(chair, meeting, at=at)
        await minutes.draft_if_adjourned(meeting, at=at)
        await minutes.approve(chair, meeting, at=at + timedelta(hours=14))
        await minutes.publish(chair, meeting, at=at + timedelta(hours=15))
        self.diary.write(at + timedelta(days=2), self._assign)

    async def _sign_in(self, meeting: UUID, at: datetime) -> Sequence[Resident]:
        count = self.town.chance.randint(20, 34)
        present = self.town.chance.sample(list(self.town.residents), count)
        for n, resident in enumerate(present):
            channel = "hall" if n % 3 else "phone"
            early = at - timedelta(minutes=20 - n % 20)
            await attending.sign_in(resident.actor, meeting, channel=channel, at=early)
        return present

    async def _treat(
        self, meeting: UUID, item: AgendaItem, present: Sequence[Resident], at: datetime
    ) -> datetime:
        """Call the item, hear three, vote where there is a motion; returns when that was done."""
        chair = self.town.chair
        await conduct.open_item(chair, meeting, item.id, at=at)
        for n, resident in enumerate(self.town.chance.sample(list(present), 3)):
            side = ("for", "against", "for")[n]
            await speaking.ask(resident.actor, meeting, side, channel="hall", at=at)
            await speaking.recognise(chair, meeting, at=at)
            at += timedelta(minutes=2)
            await speaking.finish(chair, meeting, at=at)
        row = await AgendaItem.get(id=item.id)
        if row.step == Step.DECIDE:
            at = await self._decide(meeting, present, at)
        at += timedelta(minutes=1)
        await conduct.close_item(chair, meeting, at=at)
        return at

    async def _decide(self, meeting: UUID, present: Sequence[Resident], at: datetime) -> datetime:
        chair = self.town.chair
        await conduct.read_motion(chair, meeting, at=at)
        ballot = await open_ballot(chair, meeting, seconds=120, at=at)
        self._motions += 1
        is_lost = self._motions % LOSING == 0
        castings = [
            Casting(
                ballot=ballot,
                voter=resident.household,
                person=resident.person,
                choice=self._choice(n, is_lost=is_lost),
                channel="phone",
                at=at + timedelta(seconds=n),
            )
            for n, resident in enumerate(present)
        ]
        for answer in await cast(castings):
            if isinstance(answer, Refusal):
                raise answer
        at += timedelta(minutes=2)
        await ballots.close(chair, meeting, at=at)
        await ballots.announce(chair, meeting, at=at)
        return at

    def _choice(self, n: int, *, is_lost: bool) -> str:
        if is_lost:
            return "for" if n % 3 == 0 else "against"
        return "against" if n % 6 == 5 else "abstain" if n % 11 == 10 else "for"

    async def _assign(self, at: datetime) -> None:
        """What was adopted gets who does it and until when; what was rejected ends."""
        chair = self.town.chair
        rows = await Matter.filter(
            community_id=self.town.community.id, state=MatterState.ACTIVE
        ).order_by("number")
        for matter in rows:
            if matter.step == Step.DECIDE:
                await self._reject(matter, at)
            elif matter.step == Step.DELIVER and matter.organisation_id is None:
                speaker = self.town.chance.choice(self.town.partners)
                days = self.town.chance.randint(25, 55)
                due = (at + timedelta(days=days)).astimezone(self.town.zone).date()
                given = Given(organisation=speaker.name, due_on=due)
                await matters.act_on(chair, matter.id, Act.ASSIGN, given, at=at)
                await self.works.begin(matter.id, at)

    async def _reject(self, matter: Matter, at: datetime) -> None:
        """A motion that found no majority ends, every other one is discussed again."""
        again = int(matter.number[-1]) % 2 == 0
        act = Act.DISCUSS_AGAIN if again else Act.REJECT
        given = Given(reason="方案改一改再议。（演示）" if again else "")
        await matters.act_on(self.town.chair, matter.id, act, given, at=at)
