"""The same household presses on a phone's socket and in a plain form at the same instant."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deliberation.app import create_app
from deliberation.ballots import reading
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.errors import Code
from tests.ballots.voting import Voting, votes_in, voting_hall
from tests.flows.hall import KEY, ON_THE_DAY
from tests.flows.live_client import Phone
from tests.support.service import served
from tests.web.desk import Browser

pytestmark = pytest.mark.anyio

HOUSEHOLDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the two channels answered, and what the database keeps: choice and receipt."""

    socket: dict[str, Any]
    form: dict[str, Any]
    kept: tuple[str, str]


@contextlib.asynccontextmanager
async def open_house(
    folder: Path, database_url: str, *, may_change: bool
) -> AsyncIterator[tuple[str, Voting]]:
    settings = Settings(var=str(folder), database_url=database_url, secret_key=KEY)
    async with served(create_app(settings, FixedClock(ON_THE_DAY))) as url:
        yield url, await voting_hall(households=HOUSEHOLDS, may_change=may_change)


async def press_twice(url: str, voting: Voting, *, socket: str, form: str) -> list[Told]:
    """Every household presses both at once; in turn it begins with the one or the other."""
    ballot = await voting.open()
    path = f"/meetings/{voting.meeting}/ballots/{ballot}/votes"
    told: list[Told] = []
    json = {"Accept": "application/json"}
    async with httpx2.AsyncClient(base_url=url, headers=json, trust_env=False) as client:
        for n, token in enumerate(voting.tokens):
            async with Phone(url, voting.meeting, token) as phone:
                by_socket = phone.command("vote", ballot=str(ballot), choice=socket)
                by_form = Browser(client, token).send(path, choice=form)
                if n % 2:
                    answer, response = await asyncio.gather(by_socket, by_form)
                else:
                    response, answer = await asyncio.gather(by_form, by_socket)
            kept = (await votes_in(ballot))[voting.household(n)]
            told.append(Told(socket=answer, form=response.json(), kept=kept))
    assert len(await votes_in(ballot)) == await reading.turnout(ballot) == HOUSEHOLDS
    return told


async def test_the_same_choice_by_socket_and_form_at_once_counts_once_with_one_receipt(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, database_url, may_change=True) as (url, voting):
        for told in await press_twice(url, voting, socket="for", form="for"):
            assert told.kept == ("for", told.form["receipt"])
            assert told.socket["vote"]["receipt"] == told.form["receipt"]
            assert told.socket["vote"]["effect"] in ("counted", "repeated")


async def test_two_choices_by_socket_and_form_at_once_are_a_vote_and_its_change(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, database_url, may_change=True) as (url, voting):
        for told in await press_twice(url, voting, socket="for", form="against"):
            vote = told.socket["vote"]
            assert (vote["choice"], told.form["choice"]) == ("for", "against")
            assert vote["effect"] in ("counted", "changed")
            last = "for" if vote["effect"] == "changed" else "against"
            assert told.kept == (last, told.form["receipt"])
            assert vote["receipt"] == told.form["receipt"]


async def test_of_two_choices_by_socket_and_form_at_once_a_final_vote_keeps_the_first(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, database_url, may_change=False) as (url, voting):
        for told in await press_twice(url, voting, socket="for", form="against"):
            codes = [answer.get("code") for answer in (told.socket, told.form)]
            assert sorted(codes, key=str) == [None, Code.BALLOT_VOTE_FINAL]
            by_socket = "vote" in told.socket
            first = told.socket["vote"] if by_socket else told.form
            assert told.kept == ("for" if by_socket else "against", first["receipt"])
