"""What stands behind a ballot's papers: the reconciliation sheet, its signature, and the lot."""

from collections.abc import Sequence

from starlette.responses import Response

from deliberation.ballots import drawing, reconciling
from deliberation.ballots.models import Ballot, Signature
from deliberation.errors import Code, Refusal
from deliberation.people.roles import Permission
from deliberation.web import guarding, paperviews
from deliberation.web.pages import go, page, words_of
from deliberation.web.paperdesk import ballot_of, path_in
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit


async def reconciliation(visit: Visit) -> Response:
    """The sheet as it stands; what a supervisor signs."""
    ballot = await ballot_of(visit)
    made = await reconciling.sheet_of(ballot)
    return page(
        visit,
        "paperdesk/reconciliation.html",
        section="days",
        **await paperviews.frame_of(ballot),
        sheet=made,
        digest=reconciling.digest_of(made),
        signatures=await paperviews.signatures_of(ballot),
        has_signed=await Signature.exists(ballot_id=ballot.id, person_id=visit.actor.person),
    )


async def sign(visit: Visit) -> Response:
    ballot = await ballot_of(visit)

    async def act() -> None:
        note = visit.text("note", limit=250)
        await reconciling.sign(visit.actor, ballot.meeting_id, ballot.id, note, at=visit.now)

    await guarding.done_once(visit, act)
    return go(path_in(ballot, "reconciliation"))


async def lot(visit: Visit) -> Response:
    return await _lot(visit, await ballot_of(visit))


async def _lot(
    visit: Visit, ballot: Ballot, *, status: int = 200, digits: str = "", error: str = ""
) -> Response:
    return page(
        visit,
        "paperdesk/lot.html",
        status=status,
        section="days",
        **await paperviews.frame_of(ballot),
        needs_lot=await drawing.needs_lot(ballot),
        is_mine=ballot.lot_by_id is not None and ballot.lot_by_id == visit.actor.person,
        digits=digits,
        errors={"digits": error} if error else {},
    )


async def draw(visit: Visit) -> Response:
    ballot, digits = await ballot_of(visit), visit.text("digits", limit=40)

    async def act() -> None:
        await drawing.draw(visit.actor, ballot.meeting_id, ballot.id, digits, at=visit.now)

    try:
        await guarding.done_once(visit, act)
    except Refusal as refusal:
        if refusal.code in (Code.NOT_FOUND, Code.NOT_PERMITTED):
            raise
        error = words_of(visit, refusal)
        return await _lot(visit, ballot, status=refusal.status, digits=digits, error=error)
    return go(path_in(ballot, "lot"))


_B = "/meetings/{meeting}/ballots/{ballot}"
_ENTER = Permission.ENTER_PAPERS

PAGES: Sequence[Page] = (
    get(f"{_B}/reconciliation", _ENTER, reconciliation),
    post(f"{_B}/reconciliation/signature", Permission.SUPERVISE, sign),
    get(f"{_B}/lot", _ENTER, lot),
    post(f"{_B}/lot", _ENTER, draw),
)
