"""One ballot on the chair's desk, while it goes on by itself and after; and its objections."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from deliberation import journal
from deliberation.ballots import objecting
from deliberation.ballots import service as ballots
from deliberation.ballots.correcting import add_elector, strike_elector
from deliberation.ballots.deciding import break_tie
from deliberation.ballots.eligibility import BallotState
from deliberation.ballots.frozen import frozen_of
from deliberation.ballots.reading import turnout
from deliberation.errors import Code, Refusal
from deliberation.people.roles import Permission
from deliberation.rulesets import wording
from deliberation.web import guarding
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit


def _address(visit: Visit) -> str:
    return f"/meetings/{visit.path_id('meeting')}/ballots/{visit.path_id('ballot')}"


async def desk(visit: Visit) -> Response:
    """Where it stands, and the one thing to do next."""
    row = await ballots.require_ballot(visit.path_id("ballot"))
    state = await journal.state_of(row.meeting_id)
    item = state.ballot_item(row.id)
    if item is None or item.ballot is None or row.meeting_id != visit.path_id("meeting"):
        raise Refusal(Code.NOT_FOUND)
    frozen = frozen_of(row)
    objections = await objecting.objections_to(row.id)
    received = await turnout(row.id)
    is_running = row.closes_at is not None and visit.now < row.closes_at
    return page(
        visit,
        "ballots/desk.html",
        section="desk",
        row=row,
        item=item,
        ballot=item.ballot,
        disclaimer=wording.disclaimer(frozen.rule),
        turnout=received,
        may_close=row.state == BallotState.OPEN and (not is_running or received >= row.entitled),
        objections=objections,
        waiting=sum(objection.answered_at is None for objection in objections),
        window_is_over=row.objections_until is not None and visit.now >= row.objections_until,
        now=visit.now,
    )


async def decide(visit: Visit) -> Response:
    """The deciding vote where for and against are equal."""
    meeting, ballot = visit.path_id("meeting"), visit.path_id("ballot")
    choice = visit.text("choice", limit=10)
    await guarding.done_once(
        visit, lambda: break_tie(visit.actor, meeting, ballot, choice, at=visit.now)
    )
    return go(f"{_address(visit)}/desk")


async def electorate(visit: Visit) -> Response:
    """Somebody was left out, or stands there wrongly."""
    meeting, ballot = visit.path_id("meeting"), visit.path_id("ballot")
    act = {"add": add_elector, "strike": strike_elector}.get(visit.text("act", limit=10))
    if act is None:
        raise Refusal(Code.FIELD_INVALID, field="act")
    who, reason = visit.text("who", limit=60), visit.text("reason", limit=500)
    key = visit.desk.key
    await guarding.done_once(
        visit, lambda: act(visit.actor, meeting, ballot, who, reason, key=key, at=visit.now)
    )
    return go(f"{_address(visit)}/desk")


async def certify(visit: Visit) -> Response:
    meeting, ballot = visit.path_id("meeting"), visit.path_id("ballot")
    await guarding.done_once(
        visit, lambda: ballots.certify(visit.actor, meeting, ballot, at=visit.now)
    )
    return go(f"{_address(visit)}/desk")


async def objections(visit: Visit) -> Response:
    """What was objected and answered; whoever is signed in may object while the window is open."""
    row = await ballots.require_ballot(visit.path_id("ballot"))
    if row.meeting_id != visit.path_id("meeting"):
        raise Refusal(Code.NOT_FOUND)
    shown = await objecting.objections_to(row.id)
    mine = next((one for one in shown if one.person_id == visit.actor.person), None)
    return page(
        visit,
        "ballots/objections.html",
        section="minutes",
        row=row,
        shown=[one for one in shown if one.answered_at is not None],
        waiting=sum(one.answered_at is None for one in shown),
        mine=mine,
        is_open=objecting.is_open_to_objections(row, visit.now),
        limit=objecting.LONGEST_OBJECTION,
    )


async def object_to(visit: Visit) -> Response:
    ballot, words = visit.path_id("ballot"), visit.text("words", limit=2_000)
    await guarding.done_once(
        visit, lambda: objecting.raise_objection(visit.actor, ballot, words, at=visit.now)
    )
    return go(f"{_address(visit)}/objections")


async def answer(visit: Visit) -> Response:
    objection: UUID = visit.path_id("objection")
    words = visit.text("answer", limit=2_000)
    await guarding.done_once(
        visit, lambda: objecting.answer_objection(visit.actor, objection, words, at=visit.now)
    )
    return go(f"{_address(visit)}/desk#objections")


_B = "/meetings/{meeting}/ballots/{ballot}"

PAGES: Sequence[Page] = (
    get(f"{_B}/desk", Permission.PRESIDE, desk),
    post(f"{_B}/decision", Permission.PRESIDE, decide),
    post(f"{_B}/electorate", Permission.PRESIDE, electorate),
    post(f"{_B}/certify", Permission.PRESIDE, certify),
    get(f"{_B}/objections", Permission.PUBLIC, objections),
    post(f"{_B}/objections", Permission.ATTEND, object_to),
    post(f"{_B}/objections/{{objection}}", Permission.PRESIDE, answer),
)
