"""Those who hold an office: the list, appointing, a new password, dismissing."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from deliberation.auth import staff
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.people.organisations import listed
from deliberation.people.roles import Permission, Role
from deliberation.rendering import new_id
from deliberation.web import guarding
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

ROLE_WORDS: Mapping[Role, str] = {
    Role.FACILITATOR: N_("主持人"),
    Role.RECORDER: N_("记录员"),
    Role.ARCHIVIST: N_("档案员"),
    Role.LIAISON: N_("联络员"),
    Role.GRID_WORKER: N_("网格员"),
    Role.SUPERVISOR: N_("监票人"),
    Role.ADMINISTRATOR: N_("管理员"),
}
_FIELDS = {"姓名": "name", "用户名": "login", "职责": "roles", "单位": "organisation"}
_FIELDS_BY_CODE = {Code.LOGIN_TAKEN: "login", Code.PASSWORD_TOO_SHORT: "password"}


async def listing(visit: Visit) -> Response:
    return await _listing(visit, {})


async def _listing(visit: Visit, errors: Mapping[str, str], status: int = 200) -> Response:
    return page(
        visit,
        "people/staff.html",
        status=status,
        section="desk",
        members=await staff.members(visit.actor),
        offices=[(r.value, visit.translations.gettext(ROLE_WORDS[r])) for r in staff.OFFICES],
        role_words=ROLE_WORDS,
        errors=errors,
        typed={name: visit.text(name, limit=60) for name in ("name", "login")} if errors else {},
        chosen=visit.form.getlist("roles") if errors else [],
        organisations=[(str(o.id), o.name) for o in (await listed(visit.here.id)).present],
        organisation=visit.text("organisation", limit=36) if errors else "",
    )


async def appoint(visit: Visit) -> Response:
    """Somebody new; what was typed stays when something is missing."""
    try:
        await guarding.done_once(visit, lambda: _appoint(visit))
    except Refusal as refusal:
        field = _FIELDS.get(str(refusal.facts.get("field", "")), "")
        field = _FIELDS_BY_CODE.get(refusal.code, field)
        if not field:
            raise
        return await _listing(visit, {field: words_of(visit, refusal)}, refusal.status)
    return go("/people/staff")


async def _appoint(visit: Visit) -> None:
    chosen = [str(role) for role in visit.form.getlist("roles")]
    appointment = staff.Appointment(
        name=visit.text("name"),
        login=visit.text("login"),
        password=visit.form_password(),
        roles=[role for role in staff.OFFICES if role.value in chosen],
        organisation=visit.id("organisation"),
    )
    await staff.appoint(visit.actor, appointment, at=visit.now)


async def reset_password(visit: Visit) -> Response:
    person = visit.path_id("person")
    await guarding.done_once(
        visit,
        lambda: staff.reset_password(visit.actor, person, visit.form_password(), at=visit.now),
    )
    return go("/people/staff")


async def dismiss(visit: Visit) -> Response:
    """Asks once, naming what will happen."""
    person = visit.path_id("person")
    if visit.text("confirmed", limit=1) != "1":
        return await _question(visit)
    await guarding.done_once(visit, lambda: staff.dismiss(visit.actor, person, at=visit.now))
    return go("/people/staff")


async def _question(visit: Visit) -> Response:
    person, translate = visit.path_id("person"), visit.translations.gettext
    member = next((m for m in await staff.members(visit.actor) if m.person == person), None)
    if member is None:
        raise Refusal(Code.NOT_FOUND)
    return page(
        visit,
        "confirm.html",
        title=translate(N_("免去{name}的职责？")).format(name=member.name),
        consequences=translate(
            N_("用户名和密码马上失效，已经登录的设备会退出。做过的事仍留在记录里。")
        ),
        action=visit.request.url.path,
        fields={},
        command=new_id(),
        label=translate(N_("免去职责")),
        is_danger=True,
        back_href="/people/staff",
        back_label="",
    )


PAGES: Sequence[Page] = (
    get("/people/staff", Permission.ADMINISTER, listing),
    post("/people/staff", Permission.ADMINISTER, appoint),
    post("/people/staff/{person}/password", Permission.ADMINISTER, reset_password),
    post("/people/staff/{person}/dismissal", Permission.ADMINISTER, dismiss),
)
