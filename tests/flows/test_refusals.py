"""What is refused is refused by its code, and nothing has changed: at every stage of a day."""

import asyncio
from collections.abc import Awaitable, Sequence
from uuid import uuid4

import pytest

from deliberation import journal
from deliberation.agendas import conduct
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import items_of
from deliberation.ballots import service as ballots
from deliberation.ballots.models import Ballot
from deliberation.errors import Code, Refusal
from deliberation.meetings import attending, speaking
from deliberation.meetings import service as meetings
from deliberation.people.roles import NOBODY
from tests.flows.hall import BEFORE, convene_with_everybody, open_the_vote
from tests.flows.stage import Cases, Stage, Try, check

pytestmark = pytest.mark.anyio

NOTICED: Cases = {
    "noticing twice": (lambda s: s.chair(publish_notice), Code.MEETING_ALREADY_NOTICED),
    "calling an item": (lambda s: s.chair(conduct.open_item), Code.MEETING_NOT_CONVENED),
    "opening a vote": (lambda s: s.open_ballot(), Code.MEETING_NOT_CONVENED),
    "asking to speak": (lambda s: s.ask(s.voter), Code.MEETING_NOT_CONVENED),
    "adjourning": (lambda s: s.chair(conduct.adjourn), Code.MEETING_NOT_CONVENED),
    "a household that is not on the roll": (
        lambda s: s.sign_in(s.stranger),
        Code.MEETING_NOT_ON_ROLL,
    ),
    "nobody signing in": (lambda s: s.sign_in(NOBODY), Code.SIGN_IN_REQUIRED),
    "a resident convening": (
        lambda s: meetings.convene(s.voter, s.hall.meeting, at=s.hall.now),
        Code.NOT_PERMITTED,
    ),
    "a meeting that is none": (
        lambda s: meetings.convene(s.hall.chair, uuid4(), at=s.hall.now),
        Code.NOT_FOUND,
    ),
    "signing in on another day": (
        lambda s: attending.sign_in(s.voter, s.hall.meeting, channel="hall", at=BEFORE),
        Code.MEETING_NOT_TODAY,
    ),
}

CONVENED: Cases = {
    "convening twice": (lambda s: s.chair(meetings.convene), Code.MEETING_ALREADY_CONVENED),
    "a second item": (lambda s: s.chair(conduct.open_item), Code.MEETING_ITEM_STILL_OPEN),
    "an item of nobody's": (
        lambda s: conduct.open_item(s.hall.chair, s.hall.meeting, uuid4(), at=s.hall.now),
        Code.ITEM_NOT_ON_AGENDA,
    ),
    "a vote before the reading": (lambda s: s.open_ballot(), Code.BALLOT_WORDING_NOT_READ),
    "closing no vote": (lambda s: s.chair(ballots.close), Code.BALLOT_NOT_OPEN),
    "announcing no vote": (lambda s: s.chair(ballots.announce), Code.BALLOT_NOT_OPEN),
    "adjourning in an item": (lambda s: s.chair(conduct.adjourn), Code.MEETING_ITEM_STILL_OPEN),
    "asking without being there": (lambda s: s.ask(s.absent), Code.MEETING_NOT_SIGNED_IN),
    "asking for no side": (lambda s: s.ask(s.voter, "sideways"), Code.FIELD_INVALID),
    "taking back what was not asked": (
        lambda s: speaking.withdraw(s.voter, s.hall.meeting, at=s.hall.now),
        Code.SPEECH_NOT_WAITING,
    ),
    "giving the floor to nobody": (lambda s: s.chair(speaking.recognise), Code.SPEECH_NOT_WAITING),
    "ending no speech": (lambda s: s.chair(speaking.finish), Code.SPEECH_NOT_RUNNING),
    "voting for no ballot": (lambda s: s.vote(s.voter), Code.NOT_FOUND),
    "too long a result": (lambda s: s.chair(conduct.close_item, "长" * 251), Code.FIELD_TOO_LONG),
}

VOTING: Cases = {
    "another choice, when votes are final": (
        lambda s: s.vote(s.voter, "against"),
        Code.BALLOT_VOTE_FINAL,
    ),
    "a choice that is none": (lambda s: s.vote(s.absent, "maybe"), Code.BALLOT_CHOICE_UNKNOWN),
    "a neighbour's vote": (lambda s: s.vote(s.neighbour), Code.BALLOT_NOT_YOURS),
    "a stranger's vote": (lambda s: s.vote(s.stranger), Code.BALLOT_NOT_ENTITLED),
    "the chair's vote": (lambda s: s.vote(s.hall.chair), Code.NOT_PERMITTED),
    "nobody's vote": (lambda s: s.vote(NOBODY), Code.SIGN_IN_REQUIRED),
    "a second vote": (lambda s: s.open_ballot(), Code.BALLOT_ALREADY_OPEN),
    "reading again": (lambda s: s.chair(conduct.read_motion), Code.MEETING_BALLOT_STILL_OPEN),
    "leaving the item": (lambda s: s.chair(conduct.close_item), Code.MEETING_BALLOT_STILL_OPEN),
    "announcing too early": (lambda s: s.chair(ballots.announce), Code.BALLOT_NOT_CLOSED),
    "speaking during the vote": (lambda s: s.chair(speaking.recognise), Code.SPEECH_BALLOT_OPEN),
    "asking twice": (lambda s: s.ask(s.voter), Code.SPEECH_ALREADY_ASKED),
    "voiding without a reason": (lambda s: s.chair(ballots.void, " "), Code.REASON_REQUIRED),
}

CLOSED: Cases = {
    "a late vote": (lambda s: s.vote(s.absent), Code.BALLOT_NOT_OPEN),
    "closing twice": (lambda s: s.chair(ballots.close), Code.BALLOT_NOT_OPEN),
    "more time": (
        lambda s: ballots.extend(s.hall.chair, s.hall.meeting, seconds=60, at=s.hall.now),
        Code.BALLOT_NOT_OPEN,
    ),
    "leaving the item": (
        lambda s: s.chair(conduct.close_item),
        Code.MEETING_RESULT_NOT_ANNOUNCED,
    ),
}

ANNOUNCED: Cases = {
    "announcing twice": (lambda s: s.chair(ballots.announce), Code.BALLOT_ALREADY_ANNOUNCED),
    "voiding what was resolved": (
        lambda s: s.chair(ballots.void, "演示理由"),
        Code.BALLOT_ALREADY_ANNOUNCED,
    ),
    "holding it again": (lambda s: s.open_ballot(), Code.BALLOT_ALREADY_HELD),
}


async def test_every_moment_of_a_meeting_refuses_what_is_not_its_own(stage: Stage) -> None:
    hall = stage.hall
    frozen = (await items_of(hall.meeting))[0].id
    editing: Try = lambda s: edit_item(  # noqa: E731
        s.hall.chair, s.hall.meeting, frozen, Edit(reporter="演示"), at=s.hall.now
    )
    await check(stage, {**NOTICED, "editing after the notice": (editing, Code.AGENDA_FROZEN)})
    await convene_with_everybody(hall)
    await check(stage, CONVENED)
    stage.ballot = await open_the_vote(hall)
    await Ballot.filter(id=stage.ballot).update(may_change=False)
    await stage.vote(stage.voter)
    await stage.ask(stage.voter)
    await check(stage, VOTING)
    await stage.chair(ballots.close)
    await check(stage, CLOSED)
    await stage.chair(ballots.announce)
    await check(stage, ANNOUNCED)


async def outcomes(acts: Sequence[Awaitable[object]]) -> list[Code]:
    """The codes of those that were refused."""
    done = await asyncio.gather(*acts, return_exceptions=True)
    refusals = [answer for answer in done if isinstance(answer, BaseException)]
    assert all(isinstance(refusal, Refusal) for refusal in refusals), refusals
    return [refusal.code for refusal in refusals if isinstance(refusal, Refusal)]


async def test_of_two_chairs_who_act_at_once_one_is_told_that_it_is_done(stage: Stage) -> None:
    hall = stage.hall
    await convene_with_everybody(hall)
    await conduct.read_motion(hall.chair, hall.meeting, at=hall.now)
    opened = await outcomes([stage.open_ballot() for _ in range(2)])
    assert opened == [Code.BALLOT_ALREADY_OPEN]
    assert await outcomes([stage.chair(ballots.close) for _ in range(2)]) == [Code.BALLOT_NOT_OPEN]
    announced = await outcomes([stage.chair(ballots.announce) for _ in range(2)])
    assert announced == [Code.BALLOT_ALREADY_ANNOUNCED]
    left = await outcomes([stage.chair(conduct.close_item) for _ in range(2)])
    assert left == [Code.ITEM_NONE_OPEN]
    names = [happened.event.NAME for happened in await journal.entries(hall.meeting)]
    for once in ("ballot.opened", "ballot.closed", "ballot.announced", "item.closed"):
        assert names.count(once) == 1
    assert await journal.broken_at(hall.meeting) is None
