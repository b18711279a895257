"""The agenda board: drawing up an agenda from the ranked list, and publishing its notice."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from starlette.responses import Response

from deliberation.agendas import editing
from deliberation.agendas import service as agendas
from deliberation.agendas.editing import Edit
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.publishing import publish_notice
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.matters.steps import Step
from deliberation.meetings.models import Meeting
from deliberation.meetings.rules import MeetingState
from deliberation.meetings.service import require_meeting
from deliberation.notices.models import Notice
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.drawing import begins_of, drawing_of
from deliberation.web.itemvotes import ItemVote, noticed_votes, vote_from, votes_of
from deliberation.web.notices import noticed_in
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

Act = Callable[[Visit, UUID], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """An act that was refused for want of a reason, to be sent again with one."""

    action: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What went wrong with a form of the board, and what was typed into it."""

    asking: Asking | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    item: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


async def board(visit: Visit) -> Response:
    return await _board(visit, await _meeting(visit), Tried())


async def _meeting(visit: Visit) -> Meeting:
    found = await require_meeting(visit.path_id("meeting"))
    if found.community_id != visit.here.id:
        raise Refusal(Code.NOT_FOUND)
    return found


async def _board(visit: Visit, meeting: Meeting, tried: Tried) -> Response:
    items = await agendas.items_of(meeting.id)
    is_open = meeting.state == MeetingState.PLANNED
    drawing = await drawing_of(visit, meeting, items) if is_open else {}
    return page(
        visit,
        "agendas/board.html" if is_open else "agendas/frozen.html",
        status=tried.status,
        section="desk",
        meeting=meeting,
        items=items,
        begins=begins_of(meeting.starts_at, items),
        votes=await _votes(visit, meeting, items),
        planned=sum(item.minutes for item in items),
        tried=tried,
        errors=tried.errors,
        **drawing,
    )


async def _votes(
    visit: Visit, meeting: Meeting, items: Sequence[AgendaItem]
) -> Mapping[UUID, ItemVote]:
    """As published; by the rule sets of today where nothing is published yet."""
    notice = await Notice.get_or_none(subject_id=meeting.id)
    if notice is None:
        return await votes_of(visit, items)
    return noticed_votes(visit, noticed_in(notice))


def _doing(act: Act) -> Callable[[Visit], Awaitable[Response]]:
    """A handler that does an act once and shows the board again; a missing reason is asked for."""

    async def handler(visit: Visit) -> Response:
        meeting = await _meeting(visit)
        try:
            await guarding.done_once(visit, lambda: act(visit, meeting.id))
        except Refusal as refusal:
            if refusal.code not in _ANSWERED_HERE:
                raise
            return await _board(visit, meeting, _tried(visit, refusal))
        return go(f"/meetings/{meeting.id}/agenda{_anchor(visit)}")

    return handler


_ANSWERED_HERE = frozenset(
    {
        Code.AGENDA_REASON_REQUIRED,
        Code.AGENDA_MINUTES_OUT_OF_RANGE,
        Code.AGENDA_STEP_UNSUITABLE,
        Code.AGENDA_CHECKS_FAILED,
        Code.AGENDA_ALREADY_ON,
        Code.AGENDA_ELSEWHERE,
        Code.AGENDA_WINDOW_TOO_LONG,
        Code.FIELD_INVALID,
        Code.FIELD_TOO_LONG,
        Code.QUESTION_INVALID,
        Code.QUESTION_NOT_BY_AREA,
        Code.RULE_INCOMPLETE,
        Code.RULE_NOT_IN_FORCE,
        Code.RULE_UNKNOWN,
    }
)


def _anchor(visit: Visit) -> str:
    """Back to where one was on the board."""
    return f"#item-{visit.request.path_params['item']}" if _is_of_item(visit) else ""


def _is_of_item(visit: Visit) -> bool:
    return "item" in visit.request.path_params and not visit.request.url.path.endswith("/removal")


def _tried(visit: Visit, refusal: Refusal) -> Tried:
    typed = {name: str(v) for name, v in visit.form.items() if name not in ("csrf", "command")}
    item = str(visit.request.path_params.get("item", ""))
    words = words_of(visit, refusal)
    if refusal.code is Code.AGENDA_REASON_REQUIRED:
        asking = Asking(action=visit.request.url.path, fields=typed)
        return Tried(asking=asking, errors={"reason": words}, status=refusal.status)
    return Tried(errors={_place(visit, item): words}, item=item, typed=typed, status=refusal.status)


def _place(visit: Visit, item: str) -> str:
    """Where on the board an act was refused: at its item, in the list, or before the notice."""
    if item:
        return f"item-{item}"
    return "checks" if visit.request.url.path.endswith("/notice") else "list-title"


def _reason(visit: Visit) -> str:
    return visit.text("reason", limit=250)


async def _propose(visit: Visit, meeting: UUID) -> None:
    await agendas.propose_agenda(visit.actor, meeting, at=visit.now)


async def _add_demand(visit: Visit, meeting: UUID) -> None:
    demand, reason = visit.path_id("demand"), _reason(visit)
    await agendas.add_demand(visit.actor, meeting, demand, reason=reason, at=visit.now)


async def _add_matter(visit: Visit, meeting: UUID) -> None:
    await agendas.add_matter(visit.actor, meeting, visit.path_id("matter"), at=visit.now)


async def _edit(visit: Visit, meeting: UUID) -> None:
    """Only the fields that the pressed form holds; the others stay as they are."""
    sent = visit.form
    step = visit.text("step", limit=20)
    if step and step not in set(Step):
        raise Refusal(Code.FIELD_INVALID, field="step")
    edit = Edit(
        step=Step(step) if step else None,
        minutes=visit.number("minutes") if "minutes" in sent else None,
        reporter=visit.text("reporter") if "reporter" in sent else None,
        wording=visit.text("wording") if "wording" in sent else None,
        vote=vote_from(visit) if "method" in sent else None,
    )
    item = visit.path_id("item")
    await editing.edit_item(visit.actor, meeting, item, edit, at=visit.now)


async def _move(visit: Visit, meeting: UUID) -> None:
    item, place, reason = visit.path_id("item"), visit.number("position"), _reason(visit)
    await editing.move_item(visit.actor, meeting, item, place, reason=reason, at=visit.now)


async def _remove(visit: Visit, meeting: UUID) -> None:
    item, reason = visit.path_id("item"), _reason(visit)
    await editing.remove_item(visit.actor, meeting, item, reason=reason, at=visit.now)


_removing = _doing(_remove)


async def remove(visit: Visit) -> Response:
    """Asked once more when something would be lost that was written for the item."""
    meeting = await _meeting(visit)
    item = await AgendaItem.get_or_none(id=visit.path_id("item"), meeting_id=meeting.id)
    is_sure = visit.text("confirmed", limit=1) == "1"
    if is_sure or item is None or not (item.reporter or item.wording):
        return await _removing(visit)
    translate = visit.translations.gettext
    title = translate(N_("把“{title}”移出议程吗？")).format(title=item.title)
    lost = N_("为它写的报告人和决议文字会一起丢掉；以后放回来，要重新写。")
    return _ask(visit, meeting, title, translate(lost), translate(N_("移出议程")))


def _ask(visit: Visit, meeting: Meeting, title: str, consequences: str, label: str) -> Response:
    """The question on a page of its own; a yes repeats the act."""
    return page(
        visit,
        "confirm.html",
        title=title,
        consequences=consequences,
        action=visit.request.url.path,
        label=label,
        command=visit.text("command", limit=40),
        fields={"reason": _reason(visit)} if "reason" in visit.form else {},
        is_danger=False,
        back_href=f"/meetings/{meeting.id}/agenda",
        back_label=visit.translations.gettext(N_("不了，再看看")),
    )


async def _publish(visit: Visit, meeting: UUID) -> None:
    await publish_notice(visit.actor, meeting, at=visit.now)


_publishing = _doing(_publish)


async def publish(visit: Visit) -> Response:
    """Asked once more where no script has asked: what is published does not change any more."""
    if visit.text("confirmed", limit=1) == "1":
        return await _publishing(visit)
    meeting = await _meeting(visit)
    translate = visit.translations.gettext
    frozen = N_("议程、决议文字、规则和应到名册从此不再改动；网页公告、A4海报和日历同时更新。")
    title, label = translate(N_("现在发布公告吗？")), translate(N_("发布公告"))
    return _ask(visit, meeting, title, translate(frozen), label)


_A = "/meetings/{meeting}/agenda"
_PREPARE = Permission.PREPARE

PAGES: Sequence[Page] = (
    get(_A, _PREPARE, board),
    post(f"{_A}/proposal", _PREPARE, _doing(_propose)),
    post(f"{_A}/demands/{{demand}}", _PREPARE, _doing(_add_demand)),
    post(f"{_A}/matters/{{matter}}", _PREPARE, _doing(_add_matter)),
    post(f"{_A}/items/{{item}}", _PREPARE, _doing(_edit)),
    post(f"{_A}/items/{{item}}/place", _PREPARE, _doing(_move)),
    post(f"{_A}/items/{{item}}/removal", _PREPARE, remove),
    post(f"{_A}/notice", _PREPARE, publish),
)
