"""What is done in a meeting by plain forms: by residents and by the chair."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from starlette.responses import JSONResponse, Response

from deliberation import journal
from deliberation.agendas import conduct
from deliberation.ballots import service as ballots
from deliberation.ballots.opening import open_ballot
from deliberation.ballots.reading import turnout
from deliberation.errors import Code, Refusal
from deliberation.faces.console import next_action
from deliberation.matters.service import Given, act_on
from deliberation.matters.steps import Act as MatterAct
from deliberation.meetings import attending, speaking
from deliberation.meetings import service as meetings
from deliberation.minutes import service as minutes
from deliberation.people.cards import person_of_code
from deliberation.people.models import Household, Person
from deliberation.people.roles import Permission
from deliberation.rendering import new_id
from deliberation.web import guarding
from deliberation.web.pages import go, page, wants_json
from deliberation.web.routing import Page, post
from deliberation.web.visit import Visit

Act = Callable[[Visit, UUID], Awaitable[None]]


def _done(
    act: Act, *, back: str = "/console", asks: bool = False
) -> Callable[[Visit], Awaitable[Response]]:
    """A handler that does an act once and goes back to the page it came from.

    One that `asks` puts the question on a page of its own when no dialog has asked it.
    """

    async def handler(visit: Visit) -> Response:
        meeting = visit.path_id("meeting")
        if asks and visit.text("confirmed", limit=1) != "1":
            return await _question(visit, meeting)
        await guarding.done_once(visit, lambda: act(visit, meeting))
        if wants_json(visit):
            return JSONResponse({"ok": True})
        return go(f"/meetings/{meeting}{_desk(visit) or back}")

    return handler


def _desk(visit: Visit) -> str:
    """Of a ballot that goes on by itself, where its own page asked to come back to it."""
    if visit.text("back", limit=4) != "desk" or "ballot" not in visit.request.path_params:
        return ""
    return f"/ballots/{visit.path_id('ballot')}/desk"


async def _question(visit: Visit, meeting: UUID) -> Response:
    """Names what will happen, in the words of the chair's next action."""
    state = await journal.state_of(meeting)
    ballot = state.open_ballot
    action = next_action(state, await turnout(ballot.id) if ballot else 0)
    translate = visit.translations.gettext
    if action is None or action.confirm is None:
        return go(f"/meetings/{meeting}/console")
    return page(
        visit,
        "confirm.html",
        title=translate(action.confirm),
        consequences=action.consequences.render(translate),
        action=visit.request.url.path,
        fields={},
        command=new_id(),
        label=translate(action.label),
        is_danger=False,
        back_href=f"/meetings/{meeting}/console",
        back_label="",
    )


async def _attend(visit: Visit, meeting: UUID) -> None:
    channel = visit.text("channel", limit=10)
    if channel not in ("hall", "phone"):
        raise Refusal(Code.FIELD_INVALID, field="channel")
    await attending.sign_in(visit.actor, meeting, channel=channel, at=visit.now)
    hub = visit.request.app.state.hub
    if hub.room(meeting) is None:
        await attending.journal_arrivals(meeting, at=visit.now)
    else:
        hub.noticed_arrival(meeting)


async def _ask(visit: Visit, meeting: UUID) -> None:
    side = visit.text("side", limit=10)
    await speaking.ask(visit.actor, meeting, side, channel="phone", at=visit.now)


async def _withdraw(visit: Visit, meeting: UUID) -> None:
    await speaking.withdraw(visit.actor, meeting, at=visit.now)


async def person_named(visit: Visit, text: str) -> UUID:
    """Whose card it is, or the representative of the door that was named, alone or with its place.

    Raises PERSON_NOT_FOUND.
    """
    try:
        return await person_of_code(visit.desk.key, text)
    except Refusal:
        doors = Household.filter(community_id=visit.here.id)
        place, _space, label = text.rpartition(" ")
        rows = await doors.filter(unit__label=text).limit(2) or await doors.filter(
            unit__place_path=place, unit__label=label
        )
    if len(rows) == 1 and rows[0].representative_id is not None:
        return rows[0].representative_id
    raise Refusal(Code.PERSON_NOT_FOUND)


async def _hand(visit: Visit, meeting: UUID) -> None:
    person = await person_named(visit, visit.text("unit", limit=60))
    if not await attending.is_present(meeting, person):
        await attending.admit(visit.actor, meeting, person, at=visit.now)
    side = visit.text("side", limit=10)
    await speaking.ask_for(visit.actor, person, meeting, side, at=visit.now)


async def _admit(visit: Visit, meeting: UUID) -> None:
    person = await person_named(visit, visit.text("unit", limit=60))
    await Person.get(id=person)
    await attending.admit(visit.actor, meeting, person, at=visit.now)
    await attending.journal_arrivals(meeting, at=visit.now)


async def _leave(visit: Visit, meeting: UUID) -> None:
    await attending.leave(visit.actor, meeting, at=visit.now)


async def _see_off(visit: Visit, meeting: UUID) -> None:
    person = await person_named(visit, visit.text("unit", limit=60))
    await attending.see_off(visit.actor, meeting, person, at=visit.now)


async def _recognise(visit: Visit, meeting: UUID) -> None:
    await speaking.recognise(visit.actor, meeting, visit.path_id("speech"), at=visit.now)


async def _finish(visit: Visit, meeting: UUID) -> None:
    note = visit.text("note", limit=1_000)
    await speaking.finish(visit.actor, meeting, note=note, at=visit.now)


async def _convene(visit: Visit, meeting: UUID) -> None:
    await meetings.convene(visit.actor, meeting, at=visit.now)


async def _open_item(visit: Visit, meeting: UUID) -> None:
    await conduct.open_item(visit.actor, meeting, visit.id("item"), at=visit.now)


async def _close_item(visit: Visit, meeting: UUID) -> None:
    await conduct.close_item(visit.actor, meeting, visit.text("outcome"), at=visit.now)


async def _read_motion(visit: Visit, meeting: UUID) -> None:
    await conduct.read_motion(visit.actor, meeting, at=visit.now)


async def _open_ballot(visit: Visit, meeting: UUID) -> None:
    seconds = visit.number("seconds", 0)
    await open_ballot(visit.actor, meeting, seconds=seconds or None, at=visit.now)


async def _extend(visit: Visit, meeting: UUID) -> None:
    minutes_more = min(60, max(1, visit.number("minutes", 1)))
    await ballots.extend(
        visit.actor,
        meeting,
        visit.path_id("ballot"),
        seconds=60 * minutes_more,
        days=visit.number("days", 0),
        reason=visit.text("reason", limit=500),
        at=visit.now,
    )


async def _close_ballot(visit: Visit, meeting: UUID) -> None:
    await ballots.close(visit.actor, meeting, visit.path_id("ballot"), at=visit.now)


async def _announce(visit: Visit, meeting: UUID) -> None:
    await ballots.announce(visit.actor, meeting, visit.path_id("ballot"), at=visit.now)


async def _void(visit: Visit, meeting: UUID) -> None:
    reason = visit.text("reason", limit=500)
    await ballots.void(visit.actor, meeting, reason, visit.path_id("ballot"), at=visit.now)


async def _take_up(visit: Visit, meeting: UUID) -> None:
    """A matter that was raised is accepted for discussion or merged into another."""
    act = visit.text("act", limit=10)
    if act not in (MatterAct.ACCEPT, MatterAct.MERGE):
        raise Refusal(Code.FIELD_INVALID, field="act")
    given = Given(target=visit.id("target") if act == MatterAct.MERGE else None)
    matter = visit.path_id("matter")
    await act_on(visit.actor, matter, MatterAct(act), given, stream=meeting, at=visit.now)


async def _adjourn(visit: Visit, meeting: UUID) -> None:
    await conduct.adjourn(visit.actor, meeting, at=visit.now)


async def adjourn(visit: Visit) -> Response:
    """Close the meeting; its minutes are drafted at once."""
    meeting = visit.path_id("meeting")
    if visit.text("confirmed", limit=1) != "1":
        return await _question(visit, meeting)
    await guarding.done_once(visit, lambda: _adjourn(visit, meeting))
    await minutes.draft_if_adjourned(meeting, at=visit.now)
    return JSONResponse({"ok": True}) if wants_json(visit) else go(f"/meetings/{meeting}/console")


_M = "/meetings/{meeting}"
_PRESIDE = Permission.PRESIDE

PAGES: Sequence[Page] = (
    post(f"{_M}/attendance", Permission.ATTEND, _done(_attend, back="")),
    post(f"{_M}/departure", Permission.ATTEND, _done(_leave, back="")),
    post(f"{_M}/departures", _PRESIDE, _done(_see_off, back="/proxies/desk#presence")),
    post(f"{_M}/speeches", Permission.SPEAK, _done(_ask, back="#floor")),
    post(f"{_M}/speeches/withdraw", Permission.SPEAK, _done(_withdraw, back="#floor")),
    post(f"{_M}/speeches/hall", _PRESIDE, _done(_hand)),
    post(f"{_M}/admissions", _PRESIDE, _done(_admit)),
    post(f"{_M}/speeches/{{speech}}/recognise", _PRESIDE, _done(_recognise)),
    post(f"{_M}/speeches/{{speech}}/finish", _PRESIDE, _done(_finish)),
    post(f"{_M}/convene", _PRESIDE, _done(_convene)),
    post(f"{_M}/items/open", _PRESIDE, _done(_open_item)),
    post(f"{_M}/items/{{item}}/close", _PRESIDE, _done(_close_item)),
    post(f"{_M}/motion", _PRESIDE, _done(_read_motion)),
    post(f"{_M}/ballots", _PRESIDE, _done(_open_ballot)),
    post(f"{_M}/ballots/{{ballot}}/extend", _PRESIDE, _done(_extend)),
    post(f"{_M}/ballots/{{ballot}}/close", _PRESIDE, _done(_close_ballot, asks=True)),
    post(f"{_M}/ballots/{{ballot}}/announce", _PRESIDE, _done(_announce)),
    post(f"{_M}/ballots/{{ballot}}/void", _PRESIDE, _done(_void)),
    post(f"{_M}/matters/{{matter}}", _PRESIDE, _done(_take_up)),
    post(f"{_M}/adjourn", _PRESIDE, adjourn),
)
