"""Messages to a person, how they want letters, and the links that letters carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.people.roles import Permission
from deliberation.reminders import service
from deliberation.reminders.models import Message
from deliberation.reminders.occasions import KIND_WORDS
from deliberation.reminders.wording import words_of as said
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message in the viewer's language."""

    id: UUID
    words: str
    made_at: datetime
    due_on: date | None
    is_read: bool
    is_muted: bool


def told(visit: Visit, message: Message) -> Told:
    return Told(
        id=message.id,
        words=said(message.sentence, language=visit.language, zone=visit.zone.key),
        made_at=message.made_at,
        due_on=message.due_on,
        is_read=message.read_at is not None,
        is_muted=message.muted_at is not None,
    )


async def messages(visit: Visit) -> Response:
    asked = visit.query.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    shown = await service.own_messages(visit.actor, min(number, LAST_PAGE))
    return page(
        visit,
        "reminders/messages.html",
        section="mine",
        messages=[told(visit, one) for one in shown.messages],
        number=shown.page,
        has_more=shown.has_more,
    )


async def read_all(visit: Visit) -> Response:
    await service.read_all(visit.actor, at=visit.now)
    return go("/me/messages")


async def open_one(visit: Visit) -> Response:
    """It is read, and its thing is shown."""
    return go(await service.read_one(visit.actor, visit.path_id("message"), at=visit.now))


async def wishes(visit: Visit) -> Response:
    return await _wishes(visit)


async def _wishes(visit: Visit, error: str = "", given: str = "") -> Response:
    preference = await service.preference_of(visit.actor.present_person())
    unwanted = preference.unwanted.split(",")
    kinds = service.kinds_for(visit.actor)
    return page(
        visit,
        "reminders/wishes.html",
        status=400 if error else 200,
        section="mine",
        sends_mail=bool(visit.desk.settings.smtp_host),
        preference=preference,
        is_in_use=service.is_in_use(preference),
        is_given_up=service.is_given_up(preference),
        kinds=[(kind.value, visit.translations.gettext(KIND_WORDS[kind])) for kind in kinds],
        wanted=[kind.value for kind in kinds if kind.value not in unwanted],
        errors={"address": error} if error else {},
        given=given,
    )


async def choose(visit: Visit) -> Response:
    wanted = [kind for kind in visit.form.getlist("kinds") if isinstance(kind, str)]
    await service.choose(visit.actor, visit.text("rhythm", limit=10), wanted)
    return go("/me/reminders")


async def give_address(visit: Visit) -> Response:
    """Asked too often is refused alike for every address."""
    if not visit.desk.settings.smtp_host:
        raise Refusal(Code.NOT_FOUND)
    address = visit.text("address", limit=254)
    whose = str(visit.actor.present_person())
    visit.desk.limiter.check("address", whose)
    try:
        await service.give_address(visit.actor, address, visit.language, at=visit.now)
    except Refusal as refusal:
        return await _wishes(visit, words_of(visit, refusal), address)
    visit.desk.limiter.count("address", whose)
    return go("/me/reminders")


async def forget_address(visit: Visit) -> Response:
    await service.forget_address(visit.actor)
    return go("/me/reminders")


async def ask_confirm(visit: Visit) -> Response:
    """Programs that look at links in letters confirm nothing: a button does."""
    await service.preference_behind(
        visit.request.path_params["link"], "confirm", key=visit.desk.key, at=visit.now
    )
    return page(visit, "reminders/letter.html", act="confirm", is_done=False)


async def confirm(visit: Visit) -> Response:
    link = visit.request.path_params["link"]
    await service.confirm(link, key=visit.desk.key, at=visit.now)
    return page(visit, "reminders/letter.html", act="confirm", is_done=True)


async def ask_stop(visit: Visit) -> Response:
    await service.preference_behind(
        visit.request.path_params["link"], "stop", key=visit.desk.key, at=visit.now
    )
    return page(visit, "reminders/letter.html", act="stop", is_done=False)


async def stop(visit: Visit) -> Response:
    """Also the one click of a mail program (RFC 8058): it brings no cookie and no form of ours."""
    link = visit.request.path_params["link"]
    await service.stop(link, key=visit.desk.key, at=visit.now)
    return page(visit, "reminders/letter.html", act="stop", is_done=True)


PAGES: Sequence[Page] = (
    get("/me/messages", Permission.ATTEND, messages),
    post("/me/messages/read", Permission.ATTEND, read_all),
    post("/me/messages/{message}/open", Permission.ATTEND, open_one),
    get("/me/reminders", Permission.ATTEND, wishes),
    post("/me/reminders", Permission.ATTEND, choose),
    post("/me/reminders/address", Permission.ATTEND, give_address),
    post("/me/reminders/address/delete", Permission.ATTEND, forget_address),
    get("/reminders/confirm/{link}", Permission.PUBLIC, ask_confirm),
    post("/reminders/confirm/{link}", Permission.PUBLIC, confirm, is_signed=True),
    get("/reminders/stop/{link}", Permission.PUBLIC, ask_stop),
    post("/reminders/stop/{link}", Permission.PUBLIC, stop, is_signed=True),
)
