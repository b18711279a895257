"""Set-up loads the made-up community, for whoever knows the set-up token and nobody else."""

from pathlib import Path

import httpx2
import pytest

from deliberation.app import create_app
from deliberation.auth.tokens import form_token, setup_token
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands.models import Demand
from deliberation.journal import broken_at
from deliberation.journal.models import Stream
from deliberation.matters.models import Matter
from deliberation.meetings.models import Meeting
from deliberation.people.models import Household
from deliberation.people.service import first_community
from deliberation.web.visit import VISITOR_COOKIE
from tests.support.service import served

KEY = "k" * 40

pytestmark = pytest.mark.anyio


async def test_the_made_up_community_is_loaded_with_a_meeting_today(
    sqlite_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    settings = Settings(var=str(tmp_path), database_url=sqlite_url, secret_key=KEY)
    form = {"csrf": form_token(KEY.encode(), "visitor")}
    headers = {"Cookie": f"{VISITOR_COOKIE}=visitor"}
    async with (
        served(create_app(settings, clock)) as url,
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60, headers=headers) as client,
    ):
        wrong = await client.post("/set-up/demonstration", data={**form, "token": "guess"})
        assert wrong.status_code >= 400
        assert await first_community() is None

        token = setup_token(KEY.encode())
        loaded = await client.post("/set-up/demonstration", data={**form, "token": token})
        assert (loaded.status_code, loaded.headers["location"]) == (303, "/desk")
        community = await first_community()
        assert community is not None
        assert community.is_demonstration
        assert await Demand.all().count() == 185
        assert await Household.all().count() == 300
        (today,) = await Meeting.filter(state="noticed")
        assert today.starts_at == clock.now()
        assert await Matter.filter(step="deliver").count() == 1
        assert await Matter.filter(step="evaluate").count() == 1
        assert [await broken_at(stream.id) for stream in await Stream.all()] == [None] * 3
