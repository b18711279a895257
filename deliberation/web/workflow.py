"""The way of a matter through the five steps: for everybody to read, for administrators to edit.

An edit is a draft that travels in the form until it is adopted; nothing is kept meanwhile.
"""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.matters import soundness, wording, workflows
from deliberation.matters.prototypes import OBTAINABLE
from deliberation.matters.redrawing import names_of
from deliberation.matters.stages import SHIPPED, Workflow
from deliberation.matters.steps import (
    ACT_WORDS,
    GENERIC,
    INPUT_WORDS,
    MOVER_WORDS,
    Mover,
    Step,
)
from deliberation.people.roles import Permission
from deliberation.web import flowchart, guarding, workflowforms
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit
from deliberation.web.workflowforms import Tried

ADDED_BY = (Mover.SERVICE, Mover.STAFF)
"""Who can lead on from a part that is added; more can be chosen when it is there."""


async def showing(visit: Visit) -> Response:
    """The version in force, or one of the earlier."""
    number = visit.query.get("version", "")
    known = await workflows.editions(visit.here.id)
    shown = known[0].workflow
    if number:
        wanted = int(number) if number.isascii() and number.isdecimal() else -1
        shown = next((one.workflow for one in known if one.workflow.version == wanted), shown)
    return page(
        visit,
        "workflow/show.html",
        section="matters",
        editions=known,
        is_latest=shown == known[0].workflow,
        **_told(visit, shown),
    )


def _told(visit: Visit, workflow: Workflow) -> dict[str, Any]:
    """What the drawing and its words need."""
    return {
        "workflow": workflow,
        "is_generic": not names_of(workflow).own,
        "is_shipped": workflow.source == SHIPPED.source,
        "chart": flowchart.chart_of(workflow, visit.translations.gettext),
        "width": flowchart.WIDTH,
        "box": flowchart.BOX,
        "steps_told": flowchart.told(workflow),
        "generic_names": list(GENERIC.names.values()),
        "act_words": ACT_WORDS,
        "mover_words": MOVER_WORDS,
        "input_words": INPUT_WORDS,
        "condition_names": wording.CONDITION_NAMES,
        "evidence_names": wording.EVIDENCE_NAMES,
        "limits": wording.LIMITS,
        "limit_hints": wording.LIMIT_HINTS,
    }


async def editing(visit: Visit) -> Response:
    """The form of the version in force."""
    return _form(visit, Tried(workflow=await workflows.latest(visit.here.id)))


def _form(visit: Visit, tried: Tried) -> Response:
    return page(
        visit,
        "workflow/edit.html",
        status=400 if tried.errors else 200,
        section="matters",
        errors=tried.errors,
        typed=tried.typed,
        draft=workflowforms.draft_text(tried.workflow),
        choices=workflowforms.choices_of(tried.workflow),
        obtainable=OBTAINABLE,
        steps=list(Step),
        added_by=ADDED_BY,
        **_told(visit, tried.workflow),
    )


async def trying(visit: Visit) -> Response:
    """What was pressed is done to the draft; nothing is adopted yet."""
    tried = workflowforms.read(visit, workflowforms.draft_from(visit))
    if tried.errors or visit.text("do", limit=40) not in ("", workflowforms.PREVIEW):
        return _form(visit, tried)
    return await _preview(visit, tried.workflow)


async def _preview(visit: Visit, draft: Workflow, refusal: Refusal | None = None) -> Response:
    """Before and after, and what is wrong; only what is sound can be adopted."""
    before = await workflows.latest(visit.here.id)
    return page(
        visit,
        "workflow/preview.html",
        status=refusal.status if refusal else 200,
        section="matters",
        refused=words_of(visit, refusal) if refusal else "",
        before=before,
        is_outdated=before.version != draft.version,
        changes=wording.differences(before, draft),
        problems=soundness.check(draft),
        draft=workflowforms.draft_text(draft),
        **_told(visit, draft),
    )


async def adopting(visit: Visit) -> Response:
    draft = workflowforms.draft_from(visit)

    async def act() -> None:
        await workflows.adopt(visit.actor, draft, based_on=draft.version, at=visit.now)

    try:
        await guarding.done_once(visit, act)
    except Refusal as refusal:
        if refusal.code not in _SHOWN:
            raise
        return await _preview(visit, draft, refusal)
    return go("/workflow")


_SHOWN = (Code.WORKFLOW_INVALID, Code.WORKFLOW_DEAD_END, Code.WORKFLOW_OUTDATED)

PAGES: Sequence[Page] = (
    get("/workflow", Permission.PUBLIC, showing),
    get("/workflow/edit", Permission.ADMINISTER, editing),
    post("/workflow/edit", Permission.ADMINISTER, trying),
    post("/workflow", Permission.ADMINISTER, adopting),
)
