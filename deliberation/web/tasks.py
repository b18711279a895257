"""Tasks: what an organisation has to do, its milestones, progress, photos and postponements."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from starlette.responses import Response
from tortoise.queryset import QuerySet

from deliberation.attachments import service as attachments
from deliberation.attachments.models import Attachment
from deliberation.claims.rules import plan_from
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence
from deliberation.matters import asking, planning, tasks, workflow
from deliberation.matters import service as matters
from deliberation.matters.models import Matter, Task
from deliberation.matters.moving import photo_subjects
from deliberation.matters.planning import Line
from deliberation.matters.service import Given
from deliberation.matters.steps import Act, MatterState, Mover, Step
from deliberation.minutes.knowing import known_of
from deliberation.people.models import Organisation
from deliberation.people.roles import Permission
from deliberation.web import guarding, matterviews
from deliberation.web.pages import go, page
from deliberation.web.photos import photos_from
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

PAGE = 30
ROWS = 6
"""Milestones that the form has lines for, beyond those that are planned."""


async def listing(visit: Visit) -> Response:
    """A liaison's own tasks; staff see those of their community. What is due first, first."""
    chosen = visit.query.get("organisation", "")
    is_done = visit.query.get("state", "") == "done"
    rows = _own(visit).filter(state="done" if is_done else "open")
    if _is_id(chosen):
        rows = rows.filter(organisation_id=UUID(chosen))
    number = _number(visit.query.get("page", ""))
    order = ("-done_at",) if is_done else ("due_on", "set_at")
    part = rows.order_by(*order).offset((number - 1) * PAGE).limit(PAGE)
    shown = await part.prefetch_related("organisation", "matter__community")
    total = await rows.count()
    overdue = _own(visit).filter(state="open", due_on__lt=visit.today)
    return page(
        visit,
        "tasks/list.html",
        section="tasks",
        tasks=await matterviews.tasks_with(visit, shown),
        total=total,
        overdue=await overdue.count(),
        is_done=is_done,
        number=number,
        pages=max(1, -(-total // PAGE)),
        chosen=chosen if _is_id(chosen) else "",
        organisations=await _organisations(visit),
        has_organisation=visit.actor.organisation is not None,
    )


def _own(visit: Visit) -> QuerySet[Task]:
    if visit.actor.organisation is not None:
        return Task.filter(organisation_id=visit.actor.organisation)
    return Task.filter(community_id=visit.actor.community)


async def _organisations(visit: Visit) -> list[Organisation]:
    """Those to choose from: whoever has a task in the community; none for a liaison."""
    if visit.actor.organisation is not None:
        return []
    owners = (
        await Task.filter(community_id=visit.actor.community)
        .distinct()
        .values_list("organisation_id", flat=True)
    )
    return await Organisation.filter(id__in=list(owners)).order_by("name")


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) < 6
    return max(1, int(text)) if is_number else 1


async def one(visit: Visit) -> Response:
    """A task, for who carries it out and for staff."""
    row = await _owned(visit)
    matter = await matters.require_matter(row.matter_id)
    facts = await matterviews.facts(visit, matter)
    (view,) = await matterviews.tasks_with(visit, [row])
    found = await attachments.photos_of(
        [f"task:{row.id}", *await photo_subjects(matter.id)], shown_only=False
    )
    asked = await asking.last_of(matter.id)
    return page(
        visit,
        "tasks/one.html",
        section="tasks",
        task=view,
        matter=matter,
        is_open=row.state == "open" and _is_in_delivery(matter),
        may_report=row.state == "done" and _may_report(visit, facts),
        missing=_missing(facts),
        onward=_onward(visit, facts),
        photos=[p for of in found.values() for p in of if _is_seen(visit, p)],
        rows=_rows(view),
        evaluation=asked,
        words_given=await matterviews.words_given(asked.id) if asked else [],
        may_show=visit.actor.may(Permission.PREPARE) and visit.actor.belongs_to(row.community_id),
    )


def _is_seen(visit: Visit, photo: Attachment) -> bool:
    """What the viewer could open: shown, their own, or theirs to judge."""
    is_theirs = photo.by_id is not None and photo.by_id == visit.identity.person
    judges = visit.actor.is_staff and visit.actor.belongs_to(photo.community_id)
    return not photo.hidden_reason and (photo.is_shown or is_theirs or judges)


async def _owned(visit: Visit) -> Task:
    row = await tasks.require_task(visit.path_id("task"))
    tasks.check_owner(visit.actor, row)
    return row


def _may_report(visit: Visit, facts: workflow.MatterFacts) -> bool:
    """All tasks are finished, and to say so of the whole matter is theirs."""
    mover = workflow.mover_of(facts, Act.REPORT_DONE)
    is_theirs = visit.actor.organisation is None or mover is Mover.ORGANISATION
    return mover is not None and is_theirs and not facts.open_tasks


def _onward(visit: Visit, facts: workflow.MatterFacts) -> workflow.Offer | None:
    """On to the next part of the step, where that is theirs to say."""
    mover = workflow.mover_of(facts, Act.ADVANCE)
    if visit.actor.organisation is not None and mover is not Mover.ORGANISATION:
        return None
    return next((o for o in workflow.offers(facts) if o.act is Act.ADVANCE), None)


def _is_in_delivery(matter: Matter) -> bool:
    return matter.step == Step.DELIVER and matter.state == MatterState.ACTIVE


def _missing(facts: workflow.MatterFacts) -> Sequence[Sentence]:
    """What the matter's way still asks for, beside its tasks, before it is reported done."""
    finished = replace(facts, open_tasks=0)
    return next((o.reasons for o in workflow.offers(finished) if o.act is Act.REPORT_DONE), ())


def _rows(view: matterviews.TaskView) -> list[tuple[str, str]]:
    """Title and day of each line of the plan's form."""
    left = [(m.title, m.due_on.isoformat()) for m in view.milestones if m.reached_at is None]
    empty = [("", "")] * max(2, ROWS - len(left))
    return (left + empty)[: planning.MOST_LINES]


async def plan(visit: Visit) -> Response:
    """Milestones line by line, or scheduled backwards from pieces of so many days."""
    row = await _owned(visit)
    text = visit.text("plan", limit=2_000)
    lines = planning.backwards(visit.today, row.due_on, plan_from(text)) if text else _lines(visit)
    return await _done(
        visit, lambda: tasks.plan_milestones(visit.actor, row.id, lines, at=visit.now)
    )


def _lines(visit: Visit) -> list[Line]:
    found: list[Line] = []
    for n in range(planning.MOST_LINES):
        title, on = visit.text(f"title-{n}", limit=200), visit.day(f"due-{n}")
        if title or on:
            found.append((title, _given(on)))
    return found


def _given(on: date | None) -> date:
    if on is None:
        raise Refusal(Code.FIELD_MISSING, field=N_("日期"))
    return on


async def _done(visit: Visit, act: Callable[[], Awaitable[object]]) -> Response:
    async def do() -> None:
        await act()

    await guarding.done_once(visit, do)
    return go(f"/tasks/{visit.path_id('task')}")


async def reach(visit: Visit) -> Response:
    task, milestone = visit.path_id("task"), visit.path_id("milestone")
    return await _done(visit, lambda: tasks.reach(visit.actor, task, milestone, at=visit.now))


async def report(visit: Visit) -> Response:
    task, note = visit.path_id("task"), visit.text("note", limit=2_000)
    return await _done(visit, lambda: tasks.report(visit.actor, task, note, at=visit.now))


async def postpone(visit: Visit) -> Response:
    task, to = visit.path_id("task"), _given(visit.day("due_on"))
    reason = visit.text("reason", limit=1_000)
    return await _done(visit, lambda: tasks.postpone(visit.actor, task, to, reason, at=visit.now))


async def add_photo(visit: Visit) -> Response:
    task = (await _owned(visit)).id
    chosen = await photos_from(visit, "photo", most=1)
    if not chosen:
        raise Refusal(Code.FIELD_MISSING, field=N_("照片"))
    photo = chosen[0]
    phase, caption = visit.text("phase", limit=10), visit.text("caption", limit=500)
    return await _done(
        visit,
        lambda: tasks.add_photo(
            visit.actor, task, photo, phase=phase, caption=caption, at=visit.now
        ),
    )


async def finish(visit: Visit) -> Response:
    task, note = visit.path_id("task"), visit.text("note", limit=2_000)
    return await _done(visit, lambda: tasks.finish(visit.actor, task, note, at=visit.now))


async def report_done(visit: Visit) -> Response:
    """All tasks are finished, and now also what the matter's way had asked for beside them."""
    return await _move(visit, Act.REPORT_DONE)


async def advance(visit: Visit) -> Response:
    """On to the next part of the step."""
    return await _move(visit, Act.ADVANCE)


async def _move(visit: Visit, act: Act) -> Response:
    row = await _owned(visit)
    known = await known_of(await matters.require_matter(row.matter_id))
    return await _done(
        visit,
        lambda: matters.act_on(visit.actor, row.matter_id, act, Given(), known=known, at=visit.now),
    )


_REPORT = Permission.REPORT_PROGRESS

PAGES: Sequence[Page] = (
    get("/tasks", _REPORT, listing),
    get("/tasks/{task}", _REPORT, one),
    post("/tasks/{task}/milestones", _REPORT, plan),
    post("/tasks/{task}/milestones/{milestone}", _REPORT, reach),
    post("/tasks/{task}/progress", _REPORT, report),
    post("/tasks/{task}/postponement", _REPORT, postpone),
    post("/tasks/{task}/photos", _REPORT, add_photo, upload=True),
    post("/tasks/{task}/finish", _REPORT, finish),
    post("/tasks/{task}/done", _REPORT, report_done),
    post("/tasks/{task}/advance", _REPORT, advance),
)
