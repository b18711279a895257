"""A whole deliberation day, from a file of demands to minutes and a calendar entry."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from deliberation.agendas import conduct
from deliberation.app import create_app
from deliberation.auth.service import actor_of
from deliberation.ballots import service as ballots
from deliberation.ballots.opening import open_ballot
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands import intaking
from deliberation.demands.models import Demand
from deliberation.journal import broken_at
from deliberation.matters.models import Matter
from deliberation.meetings import service as meetings
from deliberation.minutes import service as minutes
from tests.flows.community import (
    demand_list,
    found_community,
    settle_households,
    token_of_card,
    token_of_facilitator,
)
from tests.flows.hall import BEFORE, KEY, ON_THE_DAY, WORDING, prepared_meeting
from tests.flows.live_client import Phone
from tests.support.community import the_community
from tests.support.service import served

pytestmark = pytest.mark.anyio


async def test_a_day_from_a_demand_list_to_minutes(database_url: str, tmp_path: Path) -> None:
    clock = FixedClock(BEFORE)
    settings = Settings(var=str(tmp_path), database_url=database_url, secret_key=KEY)
    app = create_app(settings, clock)
    async with served(app) as url:
        await found_community(BEFORE)
        community = (await the_community()).id
        residents = await settle_households(community, 20, key=KEY.encode(), at=BEFORE)
        chair = await actor_of(await token_of_facilitator(BEFORE), at=BEFORE)

        intake = await intaking.stage(chair, demand_list(185, BEFORE.date()), "需求.csv", at=BEFORE)
        await intaking.confirm(chair, intake, at=BEFORE)
        assert await Demand.all().count() == 185

        meeting = await prepared_meeting(chair, BEFORE)
        clock.advance(ON_THE_DAY - BEFORE)

        tokens = [
            await token_of_card(r.code, key=KEY.encode(), at=clock.now()) for r in residents[:12]
        ]
        phones = [Phone(url, meeting, token) for token in tokens]
        screen = Phone(url, meeting, face="screen")
        async with asyncio.TaskGroup() as group:
            for phone in (*phones, screen):
                group.create_task(phone.__aenter__())
        answers = await asyncio.gather(*(p.command("attend", channel="hall") for p in phones))
        assert all(answer["present"] for answer in answers)

        await meetings.convene(chair, meeting, at=clock.now())
        await conduct.open_item(chair, meeting, at=clock.now())
        await phones[0].hear("item.opened")
        asked = await phones[0].command("ask", side="for")
        assert asked["type"] == "answer"
        clock.advance(timedelta(minutes=5))
        await conduct.read_motion(chair, meeting, at=clock.now())
        ballot = await open_ballot(chair, meeting, seconds=180, at=clock.now())
        await asyncio.gather(*(phone.hear("ballot.opened") for phone in phones))
        assert WORDING.split("；")[0] in screen.parts["main"] or await _hears(screen)

        choices = ["for"] * 8 + ["against"] * 3 + ["abstain"]
        cast = await asyncio.gather(
            *(
                phone.command("vote", ballot=str(ballot), choice=choice)
                for phone, choice in zip(phones, choices, strict=True)
            )
        )
        receipts = {answer["vote"]["receipt"] for answer in cast}
        assert len(receipts) == 12

        again = await phones[0].command("vote", ballot=str(ballot), choice="for")
        assert again["vote"]["receipt"] == cast[0]["vote"]["receipt"]
        assert again["vote"]["effect"] == "repeated"

        clock.advance(timedelta(minutes=3))
        await ballots.close(chair, meeting, at=clock.now())
        late = await phones[1].command("vote", ballot=str(ballot), choice="against")
        assert late["code"] == "ballot.not_open"
        tally = await ballots.announce(chair, meeting, at=clock.now())
        assert (tally.cast, tally.outcome.value) == (12, "adopted")

        await screen.hear("ballot.announced")
        await conduct.close_item(chair, meeting, at=clock.now())
        await conduct.adjourn(chair, meeting, at=clock.now())
        await minutes.draft_if_adjourned(meeting, at=clock.now())
        await phones[11].hear("meeting.adjourned")
        for phone in (*phones, screen):
            await phone.__aexit__(None, None, None)

        markdown = (await minutes.export(meeting, "md")).decode()
        assert "硬化演示路面" in markdown
        assert "赞成8" in markdown
        assert "演示住户1" not in markdown  # residents are masked
        assert (await Matter.filter(step="deliver").count()) == 1

        async with httpx2.AsyncClient(base_url=url, trust_env=False) as client:
            entry = await client.get(f"/meetings/{meeting}.ics")
        assert entry.headers["content-type"].startswith("text/calendar")
        assert entry.text.count("BEGIN:VEVENT") == 1
        assert await broken_at(meeting) is None
        assert await broken_at(community) is None


async def _hears(screen: Phone) -> bool:
    await screen.hear("ballot.opened")
    return WORDING.split("；")[0] in screen.parts["main"]
