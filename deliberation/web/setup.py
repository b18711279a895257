"""Set-up, once, on an empty database; guarded by the token that the console prints."""

import hmac
from collections.abc import Sequence

from starlette.responses import RedirectResponse, Response

from deliberation.auth.service import STAFF_DAYS, sign_in_by_password
from deliberation.auth.tokens import setup_token
from deliberation.demonstration.loading import load_demonstration
from deliberation.errors import Code, Refusal
from deliberation.founding.service import Founding, found
from deliberation.i18n import N_
from deliberation.meetings.days import DayRule, MonthlyDate, NthWeekday
from deliberation.people.roles import Permission
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.signing import remember
from deliberation.web.visit import Visit


async def form(visit: Visit) -> Response:
    if visit.community is not None:
        return RedirectResponse("/", status_code=303)
    return _form(visit, {}, {})


def _form(
    visit: Visit, values: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    return page(visit, "setup/form.html", values=values, errors=errors, status=status)


async def establish(visit: Visit) -> Response:
    """Found the community and sign its first facilitator in."""
    names = ("name", "facilitator", "login", "places", "rule", "day", "nth", "weekday", "starts")
    values = {name: visit.text(name) for name in (*names, "minutes", "venue")}
    try:
        _check_token(visit)
        await found(_founding(visit), at=visit.now)
    except Refusal as refusal:
        if refusal.code in (Code.SETUP_DONE, Code.TOO_MANY_TRIES):
            raise
        errors = {field_of(refusal): words_of(visit, refusal)}
        return _form(visit, values, errors, status=refusal.status)
    return await signed_in(visit, visit.text("login"), visit.form_password(), "/desk")


_FIELDS = {
    "社区名称": "name",
    "网格、楼院、楼门": "places",
    "怎样定日子": "rule",
    "日期": "day",
    "第几个": "nth",
    "星期几": "weekday",
    "开始时间": "starts",
    "会议时长": "minutes",
    "地点": "venue",
    "主持人姓名": "facilitator",
    "用户名": "login",
}
_FIELDS_BY_CODE = {Code.SETUP_TOKEN_WRONG: "token", Code.PASSWORD_TOO_SHORT: "password"}


def field_of(refusal: Refusal, otherwise: str = "name") -> str:
    """The field that a refusal is about, where the summary of errors leads to."""
    if refusal.code in _FIELDS_BY_CODE:
        return _FIELDS_BY_CODE[refusal.code]
    named = str(refusal.facts.get("field", ""))
    return _FIELDS.get(named, named if named in _FIELDS.values() else otherwise)


async def demonstrate(visit: Visit) -> Response:
    """Load the made-up community and sign its facilitator in."""
    _check_token(visit)
    facts = await load_demonstration(key=visit.desk.key, at=visit.now)
    return await signed_in(visit, facts.login, facts.password, "/desk")


def _check_token(visit: Visit) -> None:
    visit.desk.limiter.check("set-up", visit.address)
    given = visit.text("token", limit=100).lower()
    if not hmac.compare_digest(given.encode(), setup_token(visit.desk.key).encode()):
        visit.desk.limiter.count("set-up", visit.address)
        raise Refusal(Code.SETUP_TOKEN_WRONG)


def _founding(visit: Visit) -> Founding:
    return Founding(
        name=visit.text("name"),
        facilitator=visit.text("facilitator"),
        login=visit.text("login"),
        password=visit.form_password(),
        day_rule=day_rule_of(visit),
        places=places_of(visit.text("places", limit=20_000)),
    )


def day_rule_of(visit: Visit) -> DayRule:
    """The rule of the deliberation day from the fields of its form; nothing is assumed."""
    kind = visit.text("rule", limit=10)
    if kind not in ("date", "weekday"):
        raise Refusal(Code.FIELD_MISSING, field=N_("怎样定日子"))
    return DayRule(
        on=_weekday(visit) if kind == "weekday" else _date(visit),
        starts=visit.text("starts", limit=5),
        minutes=_number(visit, "minutes", N_("会议时长")),
        venue=visit.text("venue", limit=120),
    )


def _date(visit: Visit) -> MonthlyDate:
    return MonthlyDate(day=_number(visit, "day", N_("日期")))


def _weekday(visit: Visit) -> NthWeekday:
    nth, weekday = _number(visit, "nth", N_("第几个")), _number(visit, "weekday", N_("星期几"))
    return NthWeekday(n=nth, weekday=weekday)


def _number(visit: Visit, name: str, field: str) -> int:
    if not visit.text(name, limit=9):
        raise Refusal(Code.FIELD_MISSING, field=field)
    try:
        return visit.number(name)
    except Refusal:
        raise Refusal(Code.FIELD_INVALID, field=field) from None


def places_of(text: str) -> list[tuple[str, ...]]:
    """One path a line, its parts divided by a slash: 第一网格/1号楼/1单元."""
    lines = [line.replace("／", "/").strip() for line in text.splitlines()]
    return [tuple(part.strip() for part in line.split("/")) for line in lines if line]


async def signed_in(visit: Visit, login: str, password: str, path: str) -> Response:
    """Go on to `path`, signed in on this device."""
    token = await sign_in_by_password(
        login, password, address=visit.address, limiter=visit.desk.limiter, at=visit.now
    )
    return remember(visit, go(path), token, STAFF_DAYS)


PAGES: Sequence[Page] = (
    get("/set-up", Permission.PUBLIC, form, before_setup=True),
    post("/set-up", Permission.PUBLIC, establish, before_setup=True),
    post("/set-up/demonstration", Permission.PUBLIC, demonstrate, before_setup=True),
)
