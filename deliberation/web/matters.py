"""Matters: how far each has come, its whole story, the acts on it, ratings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from deliberation import journal
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.service import demands_behind
from deliberation.ballots.receipts import disclaimers_of
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.catalogs import format_date
from deliberation.i18n.sentences import Sentence, say
from deliberation.journal import events as e
from deliberation.matters import service as matters
from deliberation.matters import workflow
from deliberation.matters.models import Matter, Rating, Resolution
from deliberation.matters.rating import rate, rating_totals
from deliberation.matters.service import Given
from deliberation.matters.steps import ACT_WORDS, Act, MatterState
from deliberation.people.roles import Permission
from deliberation.people.service import organisations
from deliberation.rulesets.exact import percent_text
from deliberation.web import guarding
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

_AUTOMATIC = frozenset({Act.ADOPT, Act.RATE})
"""Acts that follow from an announced result or a household's rating, not from a button."""


async def listing(visit: Visit) -> Response:
    """All matters, those under way first."""
    rows = await Matter.filter(community_id=visit.here.id).order_by("-stepped_at").limit(200)
    rows.sort(key=lambda matter: matter.state != MatterState.ACTIVE)
    return page(visit, "matters/list.html", section="matters", rows=rows)


async def one(visit: Visit) -> Response:
    matter = await matters.require_matter(visit.path_id("matter"))
    facts = await _facts(visit, matter)
    offers = [offer for offer in workflow.offers(facts) if offer.act not in _AUTOMATIC]
    told = await journal.story([f"matter:{matter.id}"])
    names = {o.id: o.name for o in await organisations(visit.here.id)}
    ratings = await rating_totals(matter.id)
    resolutions = await Resolution.filter(matter_id=matter.id).order_by("-decided_at")
    return page(
        visit,
        "matters/one.html",
        section="matters",
        matter=matter,
        demands=await demands_behind(matter.id),
        resolutions=resolutions,
        disclaimers=await disclaimers_of({r.ballot_id for r in resolutions}),
        ratings=ratings,
        rated_done=percent_text(ratings["done"], sum(ratings.values()) or 1),
        own_score=await _own_score(visit, matter),
        entered={step: at.astimezone(visit.zone).date() for step, at in _entered(told).items()},
        is_returned=_is_returned(told),
        offers=offers,
        act_words=ACT_WORDS,
        story=_story(told, names, visit.language),
        organisations=list(names.values()),
        target_options=[
            (str(m.id), m.title)
            for m in await Matter.filter(community_id=visit.here.id, state="active")
            if m.id != matter.id
        ],
    )


async def _facts(visit: Visit, matter: Matter) -> workflow.MatterFacts:
    items = await AgendaItem.filter(matter_id=matter.id)
    return await matters.facts_of(
        matter,
        at=visit.now,
        was_discussed=any(item.state == "closed" for item in items),
        has_wording=any(item.wording for item in items),
    )


async def _own_score(visit: Visit, matter: Matter) -> str:
    """What the viewer's household has said; empty when nothing."""
    household = visit.actor.household
    own = await Rating.get_or_none(matter_id=matter.id, household_id=household)
    return own.score if own is not None and household is not None else ""


def _entered(told: Sequence[journal.Happened]) -> dict[str, datetime]:
    """When each step was last entered."""
    entered: dict[str, datetime] = {}
    for happened in told:
        match happened.event:
            case e.MatterOpened(step=step) | e.MatterStepped(entered=step):
                entered[step] = happened.at
    return entered


def _is_returned(told: Sequence[journal.Happened]) -> bool:
    """Whether the last step was one back."""
    acts = [h.event.act for h in told if isinstance(h.event, e.MatterStepped)]
    return bool(acts) and acts[-1] in (Act.SEND_BACK, Act.DISCUSS_AGAIN)


def _story(
    told: Sequence[journal.Happened], names: Mapping[UUID, str], language: str
) -> list[tuple[datetime, Sentence]]:
    """What is known of the matter, in order; what another entry tells more of is left out."""
    said = [(h.at, _said(h.event, names, language)) for h in told]
    return [(at, sentence) for at, sentence in said if sentence is not None]


_TOLD_MORE_FULLY = frozenset({Act.ADOPT, Act.ASSIGN, Act.REPORT_DONE})


def _said(event: e.Event, names: Mapping[UUID, str], language: str) -> Sentence | None:
    """What an entry says of a matter."""
    match event:
        case e.MatterOpened(number=number):
            return say(N_("立为议题{number}"), number=number)
        case e.MatterStepped(act=act):
            return None if act in _TOLD_MORE_FULLY else say(ACT_WORDS[Act(act)])
        case e.MatterAssigned(organisation=organisation, due_on=due_on):
            name = names.get(organisation, "")
            return say(
                N_("交{name}办理，{due}前办结"), name=name, due=format_date(due_on, language)
            )
        case e.MatterProgressed(note=note, done=done):
            return say(N_("报办结：{note}") if done else N_("进度：{note}"), note=note)
        case e.MatterRated(more=more):
            return say(N_("{n}户作了评价"), n=sum(more.values()))
        case e.ResolutionRecorded(outcome=outcome):
            return say(_RESOLVED[outcome])
    return None


_RESOLVED = {
    "adopted": N_("表决通过"),
    "rejected": N_("表决未通过"),
    "invalid": N_("参与不足，表决无效"),
    "chosen": N_("已选出"),
    "undecided": N_("没有选出"),
}


async def act(visit: Visit) -> Response:
    """An explicit act at the desk."""
    matter = await matters.require_matter(visit.path_id("matter"))
    try:
        chosen = Act(visit.request.path_params["act"])
    except ValueError:
        raise Refusal(Code.NOT_FOUND) from None
    if chosen in _AUTOMATIC:
        raise Refusal(Code.NOT_FOUND)
    facts = await _facts(visit, matter)
    await guarding.done_once(visit, lambda: _act(visit, matter.id, chosen, facts))
    return go(f"/matters/{matter.id}")


async def _act(visit: Visit, matter: UUID, chosen: Act, facts: workflow.MatterFacts) -> None:
    given = Given(
        target=visit.id("target"),
        organisation=visit.text("organisation", limit=80),
        due_on=visit.day("due_on"),
        reason=visit.text("reason", limit=500),
        note=visit.text("note", limit=1_000),
    )
    await matters.act_on(
        visit.actor,
        matter,
        chosen,
        given,
        was_discussed=facts.was_discussed,
        has_wording=facts.has_wording,
        at=visit.now,
    )


async def progress(visit: Visit) -> Response:
    """Report progress; with `done`, the work is said to be finished and residents may rate it."""
    matter = await matters.require_matter(visit.path_id("matter"))
    note = visit.text("note", limit=1_000)
    if visit.text("done", limit=1) == "1":
        given = Given(note=note)
        await guarding.done_once(
            visit,
            lambda: matters.act_on(visit.actor, matter.id, Act.REPORT_DONE, given, at=visit.now),
        )
    else:
        await guarding.done_once(
            visit, lambda: matters.report_progress(visit.actor, matter.id, note, at=visit.now)
        )
    return go(f"/matters/{matter.id}")


async def rate_one(visit: Visit) -> Response:
    """Was it really done?"""
    matter = visit.path_id("matter")
    score, words = visit.text("score", limit=10), visit.text("words", limit=500)
    await rate(visit.actor, matter, score, words, at=visit.now)
    is_from_list = visit.text("back", limit=20) == "/me/ratings"
    return go("/me/ratings" if is_from_list else f"/matters/{matter}")


PAGES: Sequence[Page] = (
    get("/matters", Permission.PUBLIC, listing),
    get("/matters/{matter}", Permission.PUBLIC, one),
    post("/matters/{matter}/acts/{act}", Permission.PREPARE, act),
    post("/matters/{matter}/progress", Permission.REPORT_PROGRESS, progress),
    post("/matters/{matter}/ratings", Permission.RATE, rate_one),
)
