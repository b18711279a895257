"""Mandates in the browser: given and taken back on one's own page, or at the desk from a paper."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.responses import Response

from deliberation import journal
from deliberation.ballots import holding
from deliberation.ballots.frozen import frozen
from deliberation.errors import Code, Refusal
from deliberation.faces.context import quorum_shown
from deliberation.faces.quorum import quorum_of
from deliberation.journal.views import ItemView, MeetingState
from deliberation.meetings import mandates, proxies
from deliberation.meetings import service as meetings
from deliberation.meetings.attending import is_present
from deliberation.meetings.mandates import Scope
from deliberation.meetings.proxies import Giving, Mandate
from deliberation.people.masking import mask_name
from deliberation.people.roles import Permission
from deliberation.people.service import names_of
from deliberation.rulesets.questions import MOTION, Question
from deliberation.web import guarding
from deliberation.web.chairing import person_named
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit
from deliberation.web.voting import choice_of

FILLED = "filled"
"""What a form says whose instruction stands in fields of its own."""
FIELDS: dict[Code, str] = {
    Code.PERSON_NOT_FOUND: "holder",
    Code.PROXY_TO_ONESELF: "holder",
    Code.PROXY_TO_CHAIR: "holder",
    Code.PROXY_HOLDER_UNSUITABLE: "holder",
    Code.PROXY_HOLDER_FULL: "holder",
    Code.PROXY_NO_VOTE: "giver",
    Code.PROXY_WITNESS_REQUIRED: "witness",
    Code.BALLOT_CHOICE_UNKNOWN: "told",
    Code.BALLOT_PAPER_EMPTY: "told",
    Code.BALLOT_PLACE_TWICE: "told",
}
"""Beside which field a refusal is said; every other at the top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A mandate in words. `voter` and `holder` are for the eyes of who may see them; `ballot` the
    open one in which it is used."""

    mandate: Mandate
    item: ItemView | None
    voter: str
    holder: str
    is_over: bool
    ballot: UUID | None = None


async def _state(visit: Visit) -> MeetingState:
    row = await meetings.require_meeting(visit.path_id("meeting"))
    if row.community_id != visit.here.id:
        raise Refusal(Code.NOT_FOUND)
    return await journal.state_of(row.id)


async def residents(visit: Visit) -> Response:
    """What I gave and what I hold, and a form to give."""
    return await _own(visit, await _state(visit), _asked(visit, visit.query.get("item", "")))


def _asked(visit: Visit, text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Refusal(Code.NOT_FOUND) from None


async def _own(
    visit: Visit, state: MeetingState, item: UUID | None, *, status: int = 200, **more: object
) -> Response:
    person, meeting = visit.actor.present_person(), visit.path_id("meeting")
    given = await proxies.given_by(person, meeting)
    held = await proxies.held_by(person, meeting)
    scopes = [s for s in mandates.scopes_of(state) if await _votes_in(visit, meeting, s)]
    context = {
        "given": await _shown(state, given, clear=(person,)),
        "held": await _shown(state, held, clear=(person,)),
        "is_present": await is_present(meeting, person),
        "presides": state.chair == person,
        **_form(state, scopes, item),
    }
    return page(visit, "proxies/own.html", status=status, state=state, **context | more)


async def _votes_in(visit: Visit, meeting: UUID, scope: Scope) -> bool:
    person = visit.actor.present_person()
    return await proxies.voter_of(meeting, scope.electorate, person) is not None


def _form(state: MeetingState, scopes: Sequence[Scope], item: UUID | None) -> dict[str, Any]:
    """The scopes to choose from, and what can be told of the chosen one: the item that was asked
    for, else the first."""
    chosen = next((s for s in scopes if s.item == item), scopes[0] if scopes else None)
    one = state.item(chosen.item) if chosen and chosen.item else None
    question = _question(one) if one else MOTION
    return {
        "scopes": [(s, state.item(s.item) if s.item else None) for s in scopes],
        "chosen": chosen,
        "chosen_item": one,
        "question": question.to_json() if question != MOTION else None,
        "shape": question.shape,
        "typed": {},
        "errors": {},
        "refused": "",
    }


def _question(item: ItemView) -> Question:
    asked = item.ballot.question if item.ballot else item.question
    return Question.from_json(asked) if asked else MOTION


async def _shown(
    state: MeetingState, rows: Sequence[Mandate], *, clear: Collection[UUID] = ()
) -> list[Shown]:
    """Names are masked but for the persons in `clear`; who gave a mandate is known to its holder
    by the door."""
    named = await names_of(person for row in rows for person in (row.giver, row.holder))
    labels = await holding.labels_of({row.voter for row in rows})
    return [
        Shown(
            mandate=row,
            item=state.item(row.item) if row.item else None,
            voter=labels.get(row.voter, ""),
            holder=named[row.holder].name
            if row.holder in clear
            else mask_name(named[row.holder].name),
            is_over=_is_over(state, row.item),
            ballot=_ballot(state, row.item),
        )
        for row in rows
    ]


def _is_over(state: MeetingState, item: UUID | None) -> bool:
    found = state.item(item) if item else None
    if found is not None:
        return mandates.is_over(found)
    return state.state in ("adjourned", "cancelled")


def _ballot(state: MeetingState, item: UUID | None) -> UUID | None:
    """The open ballot in the scope."""
    for one in state.items:
        if one.ballot is not None and one.ballot.state == "open" and item in (None, one.id):
            return one.ballot.id
    return None


async def give(visit: Visit) -> Response:
    return await _given(visit, is_desk=False)


async def give_at_desk(visit: Visit) -> Response:
    return await _given(visit, is_desk=True)


async def _given(visit: Visit, *, is_desk: bool) -> Response:
    """Once; a refusal is said beside its field, and nothing typed is lost."""
    state, meeting = await _state(visit), visit.path_id("meeting")
    item = visit.id("item")

    async def act() -> None:
        giving = await _giving(visit, state, item, is_desk=is_desk)
        await proxies.give(visit.actor, meeting, giving, at=visit.now)

    try:
        await guarding.done_once(visit, act)
    except Refusal as refusal:
        if refusal.code in (Code.NOT_FOUND, Code.NOT_PERMITTED, Code.TOO_MANY_TRIES):
            raise
        show = _desk if is_desk else _own
        return await show(visit, state, item, status=refusal.status, **_said(visit, refusal))
    return go(f"/meetings/{meeting}/proxies{'/desk' if is_desk else ''}#given")


def _said(visit: Visit, refusal: Refusal) -> dict[str, object]:
    words, field = words_of(visit, refusal), FIELDS.get(refusal.code, "")
    if isinstance(place := refusal.facts.get("field"), str):
        field = place
    typed = {name: visit.text(name) for name in ("giver", "holder", "witness", "told")}
    return {
        "typed": typed,
        "errors": {field: words} if field else {},
        "refused": "" if field else words,
    }


async def _giving(visit: Visit, state: MeetingState, item: UUID | None, *, is_desk: bool) -> Giving:
    found = state.item(item) if item else None
    told = visit.text("told", limit=400)
    if told == FILLED:
        told = choice_of(visit, _question(found) if found else MOTION)
    return Giving(
        giver=await _person(visit, "giver") if is_desk else None,
        holder=await _person(visit, "holder"),
        item=item,
        instruction=told,
        witness=visit.text("witness", limit=120),
    )


async def _person(visit: Visit, field: str) -> UUID:
    """Who is named in a field; whoever guesses at cards is stopped as at the sign-in."""
    visit.desk.limiter.check("card", visit.address)
    try:
        return await person_named(visit, visit.text(field, limit=250))
    except Refusal as refusal:
        if refusal.code is Code.PERSON_NOT_FOUND:
            visit.desk.limiter.count("card", visit.address)
            raise Refusal(Code.PERSON_NOT_FOUND, field=field) from None
        raise


async def desk(visit: Visit) -> Response:
    """All mandates of a meeting, a form for those on paper, and who has left."""
    return await _desk(visit, await _state(visit), _asked(visit, visit.query.get("item", "")))


async def _desk(
    visit: Visit, state: MeetingState, item: UUID | None, *, status: int = 200, **more: object
) -> Response:
    rows = await proxies.all_of(visit.actor, visit.path_id("meeting"))
    context = {
        "given": await _shown(state, rows, clear={row.holder for row in rows}),
        "quorum": quorum_shown(await quorum_of(state, visit.now), visit.language),
        **_form(state, mandates.scopes_of(state), item),
    }
    return page(visit, "proxies/desk.html", status=status, state=state, **context | more)


async def revoke(visit: Visit) -> Response:
    """By the giver, or at the desk for them."""
    meeting, proxy = visit.path_id("meeting"), visit.path_id("proxy")
    witness = visit.text("witness", limit=120)

    async def act() -> None:
        await proxies.revoke(visit.actor, meeting, proxy, witness=witness, at=visit.now)

    await guarding.done_once(visit, act)
    back = "/desk" if visit.text("back", limit=4) == "desk" else ""
    return go(f"/meetings/{meeting}/proxies{back}#given")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCast:
    """How many votes of others somebody may cast, and where: in the open ballot, or on the page of
    mandates until there is one."""

    n: int
    href: str


async def to_cast(visit: Visit, state: MeetingState) -> ToCast | None:
    """None for who holds nothing; for the page of a meeting."""
    base = f"/meetings/{state.meeting}"
    ballot = await frozen(state.open_ballot.id) if state.open_ballot else None
    if ballot is not None:
        held = await holding.held_by(visit.actor, ballot)
        if held:
            return ToCast(n=len(held), href=f"{base}/ballots/{ballot.ballot}/vote")
    if state.meeting is None or visit.actor.person is None:
        return None
    given = await proxies.held_by(visit.actor.person, state.meeting)
    n = len({row.voter for row in given if not _is_over(state, row.item)})
    return ToCast(n=n, href=f"{base}/proxies#held") if n else None


_P = "/meetings/{meeting}/proxies"

PAGES: Sequence[Page] = (
    get(_P, Permission.ATTEND, residents),
    get(f"{_P}/desk", Permission.RECORD, desk),
    post(_P, Permission.VOTE, give),
    post(f"{_P}/desk", Permission.RECORD, give_at_desk),
    post(f"{_P}/{{proxy}}/revocation", Permission.ATTEND, revoke),
)
