"""Deliberation days: the rule, the next twelve, their meetings; planning, moving, cancelling."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.meetings import service as meetings
from deliberation.meetings.days import DayRule, NthWeekday, words
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.meetings.rules import MeetingState
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.callings import calling_of, choices_of
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.setup import day_rule_of, field_of
from deliberation.web.visit import Visit

AHEAD = 12
PAST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A form that was refused: which (`day` is empty for the rule's), why, what was typed."""

    day: str = ""
    form: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


async def listing(visit: Visit) -> Response:
    return await _listing(visit, Tried())


async def _listing(visit: Visit, tried: Tried) -> Response:
    here = visit.here
    days = (
        await DeliberationDay.filter(community_id=here.id, held_on__gte=visit.today)
        .order_by("held_on")
        .limit(AHEAD)
    )
    rule = await meetings.day_rule(here.id)
    return page(
        visit,
        "days/list.html",
        status=tried.status,
        section="days",
        rule=words(rule) if rule else None,
        rule_values=_values(rule) | (dict(tried.typed) if tried.form == "rule" else {}),
        days=days,
        next_day=next((day.id for day in days if day.state != MeetingState.CANCELLED), None),
        meetings_on=await _meetings_on(days),
        past=await _past(visit),
        tried=tried,
        errors=tried.errors,
        **await choices_of(visit),
    )


def _values(rule: DayRule | None) -> dict[str, str]:
    """The rule as the fields of its form."""
    if rule is None:
        return {"rule": "date"}
    on = rule.on
    values = {"starts": rule.starts, "minutes": str(rule.minutes), "venue": rule.venue}
    if isinstance(on, NthWeekday):
        return {**values, "rule": "weekday", "nth": str(on.n), "weekday": str(on.weekday)}
    return {**values, "rule": "date", "day": str(on.day)}


async def _meetings_on(days: Sequence[DeliberationDay]) -> dict[UUID, list[Meeting]]:
    rows = await Meeting.filter(day_id__in=[day.id for day in days]).order_by("starts_at")
    found: dict[UUID, list[Meeting]] = {day.id: [] for day in days}
    for row in rows:
        if row.day_id is not None:
            found[row.day_id].append(row)
    return found


async def _past(visit: Visit) -> list[Meeting]:
    """Meetings that were held, the latest first."""
    return await (
        Meeting.filter(community_id=visit.here.id, state=MeetingState.ADJOURNED)
        .order_by("-starts_at")
        .limit(PAST)
    )


Act = Callable[[Visit], Awaitable[None]]


def _doing(form: str, act: Act) -> Callable[[Visit], Awaitable[Response]]:
    """A handler that does an act once; what was typed stays when something is missing."""

    async def handler(visit: Visit) -> Response:
        try:
            await guarding.done_once(visit, lambda: act(visit))
        except Refusal as refusal:
            if refusal.code not in _ANSWERED_HERE:
                raise
            return await _listing(visit, _tried(visit, form, refusal))
        return go("/days")

    return handler


_ANSWERED_HERE = frozenset(
    {
        Code.REASON_REQUIRED,
        Code.DAY_IN_THE_PAST,
        Code.RULE_INVALID,
        Code.FIELD_INVALID,
        Code.FIELD_MISSING,
        Code.FIELD_TOO_LONG,
        Code.VENUE_GONE,
        Code.BODY_GONE,
    }
)


def _tried(visit: Visit, form: str, refusal: Refusal) -> Tried:
    day = str(visit.request.path_params.get("day", ""))
    typed = {name: str(v) for name, v in visit.form.items() if name not in ("csrf", "command")}
    return Tried(
        day=day,
        form=form,
        errors={f"{form}-{day}" if day else _rule_field(refusal): words_of(visit, refusal)},
        typed=typed,
        status=refusal.status,
    )


def _rule_field(refusal: Refusal) -> str:
    """The field of the rule's form that a refusal is about; the choice itself if it is none."""
    name = field_of(refusal, "rule")
    return "rule-kind" if name == "rule" else name


async def plan(visit: Visit) -> Response:
    """Call a meeting and go on to its agenda."""
    planned: list[UUID] = []

    async def act() -> None:
        planned.append(await _plan(visit))

    try:
        await guarding.done_once(visit, act)
    except Refusal as refusal:
        if refusal.code not in _ANSWERED_HERE:
            raise
        return await _listing(visit, _tried(visit, "plan", refusal))
    return go(f"/meetings/{planned[0]}/agenda" if planned else "/days")


async def _plan(visit: Visit) -> UUID:
    chosen = calling_of(visit)
    meeting = await meetings.plan_meeting(
        visit.actor,
        visit.path_id("day"),
        title=chosen.title,
        kind=chosen.kind,
        level=chosen.level,
        scope=chosen.scope,
        body=chosen.body,
        venue=chosen.venue,
        at=visit.now,
    )
    return meeting.id


async def _move(visit: Visit) -> None:
    to = visit.day("to")
    if to is None:
        raise Refusal(Code.FIELD_MISSING, field="to")
    reason = visit.text("reason", limit=250)
    await meetings.move_day(visit.actor, visit.path_id("day"), to, reason, at=visit.now)


async def _cancel(visit: Visit) -> None:
    reason = visit.text("reason", limit=250)
    await meetings.cancel_day(visit.actor, visit.path_id("day"), reason, at=visit.now)


async def _change_rule(visit: Visit) -> None:
    await meetings.change_day_rule(visit.actor, day_rule_of(visit), at=visit.now)


PAGES: Sequence[Page] = (
    get("/days", Permission.PUBLIC, listing),
    post("/days/rule", Permission.PREPARE, _doing("rule", _change_rule)),
    post("/days/{day}/meetings", Permission.PREPARE, plan),
    post("/days/{day}/move", Permission.PREPARE, _doing("move", _move)),
    post("/days/{day}/cancellation", Permission.PREPARE, _doing("cancel", _cancel)),
)
