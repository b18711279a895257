"""Casting by a form: in the hall, at home, for oneself and for whom one holds a vote."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from starlette.responses import JSONResponse, Response

from deliberation import journal
from deliberation.ballots.eligibility import BallotState
from deliberation.ballots.frozen import Frozen, frozen
from deliberation.ballots.holding import cast_for, held_by
from deliberation.ballots.published import RECEIPT_BYTES, receipt_code
from deliberation.ballots.reading import own_votes_in, turnout
from deliberation.ballots.service import require_ballot
from deliberation.ballots.standing import has_voted, not_voted
from deliberation.errors import Code, Refusal
from deliberation.live.personal import vote_facts
from deliberation.people.roles import Permission
from deliberation.rulesets import wording
from deliberation.rulesets.questions import MOTION, Question
from deliberation.web.pages import go, page, wants_json
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

LONGEST_VOTE = 400


def new_receipt() -> str:
    """For a form without a script: its page shows the code, and nobody else knows it."""
    return receipt_code(secrets.token_bytes(RECEIPT_BYTES))


async def vote(visit: Visit) -> Response:
    """The same vote as over the socket, by a form."""
    meeting, ballot = visit.path_id("meeting"), visit.path_id("ballot")
    found = await _require(ballot)
    cast = await cast_for(
        visit.actor,
        ballot,
        visit.id("voter"),
        choice_of(visit, found.question),
        receipt=visit.text("receipt", limit=20),
        at=visit.now,
    )
    if wants_json(visit):
        return JSONResponse({**vote_facts(cast), "ballot": str(ballot)})
    if visit.text("back", limit=4) == "vote":
        return go(f"/meetings/{meeting}/ballots/{ballot}/vote")
    return go(f"/meetings/{meeting}#ballot")


async def _require(ballot: UUID) -> Frozen:
    found = await frozen(ballot)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


def choice_of(visit: Visit, question: Question) -> str:
    """The vote as the form's fields say it, without a script: a button that was pressed, ticks,
    places of a ranking, or grades. Raises BALLOT_PAPER_EMPTY, BALLOT_PLACE_TWICE."""
    pressed = visit.text("choice", limit=LONGEST_VOTE)
    if pressed:
        return pressed
    numbers = range(1, len(question.options) + 1)
    match question.shape:
        case "some":
            said = ",".join(t for t in visit.form.getlist("option") if isinstance(t, str))
        case "ranking":
            said = _ranking({n: visit.number(f"rank-{n}", 0) for n in numbers})
        case "grades":
            grades = [visit.text(f"grade-{n}", limit=1) for n in numbers]
            said = ",".join(grades) if any(grades) else ""
        case _:
            said = ""
    if not said:
        raise Refusal(Code.BALLOT_PAPER_EMPTY)
    return said


def _ranking(places: dict[int, int]) -> str:
    """Options by the place each was given; 0: none."""
    given = sorted((place, n) for n, place in places.items() if place)
    if len({place for place, _n in given}) < len(given):
        raise Refusal(Code.BALLOT_PLACE_TWICE)
    return ">".join(str(n) for _place, n in given)


async def ballot(visit: Visit) -> Response:
    """One ballot by itself, with every vote that the viewer may cast in it: while it stands open
    for days, and for whom others have asked to vote for them."""
    row = await require_ballot(visit.path_id("ballot"))
    found, actor = await _require(row.id), visit.actor
    state = await journal.state_of(row.meeting_id)
    item = state.ballot_item(row.id)
    if item is None or item.ballot is None or row.meeting_id != visit.path_id("meeting"):
        raise Refusal(Code.NOT_FOUND)
    voter = found.voter_of(actor)
    own = (await own_votes_in(found, [voter])).get(voter) if voter else None
    translate = visit.translations.gettext
    said = [s.render(translate) for s in wording.words(found.rule, found.question)]
    return page(
        visit,
        "ballots/vote.html",
        section="days",
        state=state,
        item=item,
        ballot=item.ballot,
        row=row,
        question=found.question.to_json() if found.question != MOTION else None,
        rule_words=said,
        is_open=row.state == BallotState.OPEN
        and (row.closes_at is None or row.closes_at > visit.now),
        may_vote=await has_voted(row.id, actor) is not None,
        mine=own,
        held=await held_by(actor, found) if actor.person else [],
        turnout=await turnout(row.id),
        is_secret=found.is_secret,
        new_receipt=new_receipt,
    )


async def reminders(visit: Visit) -> Response:
    """Who has not voted yet, for knocking and calling; never what anybody chose."""
    row = await require_ballot(visit.path_id("ballot"))
    return page(
        visit,
        "ballots/reminders.html",
        section="desk",
        row=row,
        waiting=await not_voted(visit.actor, row.id),
    )


_B = "/meetings/{meeting}/ballots/{ballot}"

PAGES: Sequence[Page] = (
    post(f"{_B}/votes", Permission.VOTE, vote),
    get(f"{_B}/vote", Permission.PUBLIC, ballot),
    get(f"{_B}/reminders", Permission.PRESIDE, reminders),
)
