"""Organisations: who carries things out, how each stands, who speaks for it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from starlette.responses import Response

from deliberation.auth import staff
from deliberation.claims import leaving, reading
from deliberation.errors import Code, Refusal
from deliberation.gatherings.models import Agreement
from deliberation.i18n import N_
from deliberation.people import organisations
from deliberation.people.models import Organisation, Person
from deliberation.people.organisations import KINDS, Joining
from deliberation.people.roles import Permission, Role
from deliberation.rendering import new_id
from deliberation.web import guarding
from deliberation.web.claims import STATE_WORDS
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.trying import UNTRIED, Fields, Tried, page_number, tried
from deliberation.web.visit import Visit

KIND_WORDS: Mapping[str, str] = MappingProxyType(
    dict(
        zip(
            KINDS,
            (
                N_("共建单位"),
                N_("职能部门"),
                N_("社会组织"),
                N_("物业"),
                N_("合伙人"),
                N_("居委会等"),
            ),
            strict=True,
        )
    )
)
_FIELDS: Fields = {
    "单位名称": "name",
    "能做什么": "duties",
    "类别": "kind",
    "理由": "reason",
    "姓名": "person",
    "用户名": "login",
    Code.ORGANISATION_TAKEN: "name",
    Code.REASON_REQUIRED: "reason",
    Code.LOGIN_TAKEN: "login",
    Code.PASSWORD_TOO_SHORT: "password",
}


async def listing(visit: Visit) -> Response:
    return await _listing(visit, UNTRIED)


async def _listing(visit: Visit, again: Tried) -> Response:
    found = await organisations.listed(visit.here.id)
    everybody = [*found.present, *found.left]
    return page(
        visit,
        "organisations/list.html",
        status=again.status,
        section="organisations",
        present=found.present,
        left=found.left,
        standings=await reading.standings([one.id for one in everybody], visit.today),
        **_kinds(visit),
        tried=again,
    )


def _kinds(visit: Visit) -> dict[str, Any]:
    translate = visit.translations.gettext
    return {
        "kind_words": KIND_WORDS,
        "kinds": [(key, translate(words)) for key, words in KIND_WORDS.items()],
    }


async def one(visit: Visit) -> Response:
    return await _one(visit, UNTRIED)


async def _one(visit: Visit, again: Tried) -> Response:
    """What it took on and did, what is late, what was agreed with it, who speaks for it."""
    found = await _found(visit)
    return page(
        visit,
        "organisations/one.html",
        status=again.status,
        section="organisations",
        organisation=found,
        standing=(await reading.standings([found.id], visit.today))[found.id],
        punctuality=await reading.punctuality(found.id, visit.zone),
        work=await reading.tasks_of(found.id, visit.today, page=page_number(visit)),
        claims=await reading.claims_of(found.id),
        state_words=STATE_WORDS,
        agreements=await Agreement.filter(
            organisation_id=found.id, ended_at=None, ends_on__gte=visit.today
        ).order_by("ends_on"),
        liaisons=await organisations.liaisons(found.id),
        **_kinds(visit),
        tried=again,
    )


async def _found(visit: Visit) -> Organisation:
    found = await organisations.require_organisation(visit.path_id("organisation"))
    if found.community_id != visit.here.id:
        raise Refusal(Code.NOT_FOUND)
    return found


def _joining(visit: Visit) -> Joining:
    return Joining(
        name=visit.text("name", limit=300),
        kind=visit.text("kind", limit=20),
        duties=visit.text("duties", limit=1_000),
    )


async def add(visit: Visit) -> Response:
    async def act() -> None:
        await organisations.add(visit.actor, _joining(visit), at=visit.now)

    again = await tried(visit, "add", act, _FIELDS)
    return go("/organisations") if again is None else await _listing(visit, again)


async def change(visit: Visit) -> Response:
    organisation = visit.path_id("organisation")

    async def act() -> None:
        await organisations.change(visit.actor, organisation, _joining(visit), at=visit.now)

    return await _done(visit, await tried(visit, "change", act, _FIELDS))


async def _done(visit: Visit, again: Tried | None) -> Response:
    if again is None:
        return go(f"/organisations/{visit.path_id('organisation')}")
    return await _one(visit, again)


async def leave(visit: Visit) -> Response:
    """Asks once, naming what will happen."""
    organisation = await _found(visit)
    reason = visit.text("reason", limit=1_000)
    if reason and visit.text("confirmed", limit=1) != "1":
        return _question(visit, organisation, reason)

    async def act() -> None:
        await leaving.leave(visit.actor, organisation.id, reason, at=visit.now)

    return await _done(visit, await tried(visit, "leave", act, _FIELDS))


def _question(visit: Visit, organisation: Organisation, reason: str) -> Response:
    translate = visit.translations.gettext
    return page(
        visit,
        "confirm.html",
        title=translate(N_("{name}退出？")).format(name=organisation.name),
        consequences=translate(
            N_(
                "它认领的需求马上退回清单，没办完的任务收回，联络员不能再登录。做过的事仍记在它名下。"
            )
        ),
        action=visit.request.url.path,
        fields={"reason": reason},
        command=new_id(),
        label=translate(N_("确认退出")),
        is_danger=True,
        back_href=f"/organisations/{organisation.id}",
        back_label="",
    )


async def appoint(visit: Visit) -> Response:
    """Somebody who speaks for it, with a name and password to sign in."""
    appointment = staff.Appointment(
        name=visit.text("person"),
        login=visit.text("login"),
        password=visit.form_password(),
        roles=[Role.LIAISON],
        organisation=visit.path_id("organisation"),
    )

    async def act() -> None:
        await staff.appoint(visit.actor, appointment, at=visit.now)

    again = await tried(visit, "appoint", act, _FIELDS)
    return await _done(visit, again and _without_password(again))


def _without_password(again: Tried) -> Tried:
    """What was typed stays, but for the password."""
    typed = {name: words for name, words in again.typed.items() if name != "password"}
    return Tried(form=again.form, errors=again.errors, typed=typed, status=again.status)


async def dismiss(visit: Visit) -> Response:
    """Asks once, naming who signs in no more."""
    organisation, person = await _found(visit), visit.path_id("person")
    liaison = await Person.get_or_none(id=person, organisation_id=organisation.id)
    if liaison is None:
        raise Refusal(Code.NOT_FOUND)
    if visit.text("confirmed", limit=1) == "1":
        await guarding.done_once(visit, lambda: staff.dismiss(visit.actor, person, at=visit.now))
        return go(f"/organisations/{organisation.id}")
    translate = visit.translations.gettext
    return page(
        visit,
        "confirm.html",
        title=translate(N_("免去{name}的职责？")).format(name=liaison.name),
        consequences=translate(
            N_("用户名和密码马上失效，已经登录的设备会退出。做过的事仍留在记录里。")
        ),
        action=visit.request.url.path,
        fields={},
        command=new_id(),
        label=translate(N_("免去职责")),
        is_danger=True,
        back_href=f"/organisations/{organisation.id}",
        back_label="",
    )


_HERE = "/organisations/{organisation}"

PAGES: Sequence[Page] = (
    get("/organisations", Permission.PUBLIC, listing),
    post("/organisations", Permission.PREPARE, add),
    get(_HERE, Permission.PUBLIC, one),
    post(_HERE, Permission.PREPARE, change),
    post(f"{_HERE}/leaving", Permission.PREPARE, leave),
    post(f"{_HERE}/liaisons", Permission.PREPARE, appoint),
    post(f"{_HERE}/liaisons/{{person}}/dismissal", Permission.PREPARE, dismiss),
)
