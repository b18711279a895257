"""The notice of a meeting: as a page, and as the A4 poster of the same content."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette.responses import Response

from deliberation.agendas.reasons import reasons_for
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.catalogs import format_date, format_time
from deliberation.i18n.sentences import Sentence, say
from deliberation.journal.events import MeetingNoticed, NoticedItem, event_from
from deliberation.meetings.kinds import TALK
from deliberation.meetings.models import Meeting
from deliberation.meetings.rules import MeetingState
from deliberation.meetings.service import require_meeting
from deliberation.notices.models import Notice
from deliberation.papers.press import to_pdf
from deliberation.people.roles import Permission
from deliberation.rulesets import wording
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule
from deliberation.web.itemvotes import ItemVote, noticed_votes, rule_of
from deliberation.web.pages import page
from deliberation.web.qr import qr_svg
from deliberation.web.routing import Page, get
from deliberation.web.visit import Visit

BUSINESS: Mapping[str, str] = MappingProxyType(
    {
        "raise": N_("登记"),
        "discuss": N_("讨论"),
        "decide": N_("表决"),
        "deliver": N_("通报"),
        "evaluate": N_("评价"),
    }
)

_WEEKDAYS = (
    N_("星期一"),
    N_("星期二"),
    N_("星期三"),
    N_("星期四"),
    N_("星期五"),
    N_("星期六"),
    N_("星期日"),
)


async def _meeting(visit: Visit) -> Meeting:
    found = await require_meeting(visit.path_id("meeting"))
    if found.community_id != visit.here.id:
        raise Refusal(Code.NOT_FOUND)
    return found


def noticed_in(notice: Notice) -> MeetingNoticed:
    """What was published, word for word."""
    event = event_from(MeetingNoticed.NAME, json.loads(notice.content))
    if not isinstance(event, MeetingNoticed):
        raise TypeError(f"not a notice of a meeting: {event}")
    return event


async def shown(visit: Visit) -> Response:
    """The notice as it was published; what has changed since (another date) stands above it."""
    meeting = await _meeting(visit)
    notice = await Notice.get_or_none(subject_id=meeting.id)
    if notice is None:
        return page(visit, "notices/none.html", section="days", meeting=meeting)
    noticed = noticed_in(notice)
    rule = wording.in_language(Rule.from_json(noticed.rule), visit.language)
    placed, left_out = await reasons_for(meeting.id)
    return page(
        visit,
        "notices/notice.html",
        section="days",
        meeting=meeting,
        notice=notice,
        noticed=noticed,
        placed=placed,
        left_out=left_out,
        ends_at=noticed.starts_at + timedelta(minutes=noticed.minutes),
        label=say(rule.label),
        attendance=_attendance(noticed),
        rule_words=wording.words(rule),
        labels={line.item: say(_rule(visit, noticed, line).label) for line in noticed.items},
        votes=noticed_votes(visit, noticed),
        own_rules=_own_rules(visit, noticed),
        address=_address(visit, meeting),
        qr=qr_svg(_address(visit, meeting)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRule:
    """A rule set that items are voted by instead of the meeting's own."""

    items: Sequence[int]
    name: Sentence
    words: Sequence[Sentence]


def _rule(visit: Visit, noticed: MeetingNoticed, line: NoticedItem) -> Rule:
    return wording.in_language(rule_of(noticed, line), visit.language)


def _own_rules(visit: Visit, noticed: MeetingNoticed) -> list[OwnRule]:
    """Each rule set once for what is asked alike, with the items it is for."""
    groups: dict[tuple[Rule, Question], list[int]] = {}
    for line in noticed.items:
        if line.rule is not None:
            asked = Question.from_json(line.question) if line.question else MOTION
            groups.setdefault((_rule(visit, noticed, line), asked), []).append(line.position)
    return [
        OwnRule(items=items, name=say(rule.name), words=wording.words(rule, asked))
        for (rule, asked), items in groups.items()
    ]


def _address(visit: Visit, meeting: Meeting) -> str:
    return f"{visit.base_url}/meetings/{meeting.id}"


def _attendance(noticed: MeetingNoticed) -> Sentence:
    if noticed.present_required:
        text = N_("应到{roll}户，到会须{required}户。")
        return say(text, roll=noticed.roll, required=noticed.present_required)
    return say(N_("应到{roll}户。"), roll=noticed.roll)


async def poster(visit: Visit) -> Response:
    """The same as an A4 poster. Raises NOT_FOUND before the notice is published."""
    meeting = await _meeting(visit)
    notice = await Notice.get_or_none(subject_id=meeting.id)
    if notice is None:
        raise Refusal(Code.NOT_FOUND)
    published = notice.published_at.astimezone(visit.zone).date()
    fonts = visit.desk.settings.fonts
    content = await to_pdf(
        "notice",
        _poster_of(visit, meeting, notice),
        document_date=published,
        fonts=Path(fonts) if fonts else None,
    )
    name = f"notice-{meeting.starts_at.astimezone(visit.zone).date().isoformat()}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _poster_of(visit: Visit, meeting: Meeting, notice: Notice) -> dict[str, Any]:
    """The data of papers/typst/notice.typ."""
    noticed, translate = noticed_in(notice), visit.translations.gettext
    address = _address(visit, meeting)
    rule = wording.in_language(Rule.from_json(noticed.rule), visit.language)
    begins = meeting.starts_at.astimezone(visit.zone)
    title, access = _headline(visit, meeting, noticed)
    published = notice.published_at.astimezone(visit.zone).date()
    is_talk = noticed.kind == TALK
    return {
        "language": "en" if visit.language.startswith("en") else "zh",
        "title": title,
        "label": translate(N_("演示数据")) if visit.here.is_demonstration else "",
        "organiser": _organiser(visit, noticed),
        "month": translate(N_("{year}年{month}月")).format(year=begins.year, month=begins.month),
        "day": str(begins.day),
        "when": _when(visit, begins, noticed.minutes),
        "place": noticed.venue,
        "access": access,
        "items": _lines(visit, noticed),
        "rules_lead": "" if is_talk else translate(N_("怎样算通过：")),
        "rules": "".join(one.render(translate) for one in _counting(noticed, rule)),
        "qr_svg": str(qr_svg(address)),
        "qr_alt": translate(N_("打开会议网页的二维码")),
        "join_lead": translate(N_("扫码看议程、提意见、投票")),
        "join": [
            translate(N_("不用下载，不用密码。投票时输入户卡上的码。")),
            translate(N_("没有手机：带户卡到现场，请工作人员帮您签到、投票。")),
        ],
        "footer_left": [
            translate(N_("网上同文：{address}")).format(address=address),
            translate(N_("内容校验：{digest}")).format(digest=notice.digest[:16]),
        ],
        "footer_right": [visit.here.name, format_date(published, visit.language)],
    }


def _organiser(visit: Visit, noticed: MeetingNoticed) -> str:
    if not noticed.convener:
        return visit.here.name
    convened = visit.translations.gettext(N_("{name}召集")).format(name=noticed.convener)
    return f"{visit.here.name}　{convened}"


def _counting(noticed: MeetingNoticed, rule: Rule) -> list[Sentence]:
    """How a vote counts; of a talk, that there is none."""
    if noticed.kind == TALK:
        text = N_("恳谈不表决，来多少户都可以谈。谈出来的建议会记下来，写明去处。")
        return [say(text)]
    counted = wording.thresholds(rule)[1 if noticed.present_required else 0 :]
    return [_attendance(noticed), *counted, *_limits(rule)]


def _headline(visit: Visit, meeting: Meeting, noticed: MeetingNoticed) -> tuple[str, str]:
    """What the poster is, and the line under the place: a paper on the wall must not call to a
    meeting that was cancelled, nor to the day it was moved from."""
    translate, reason = visit.translations.gettext, meeting.reason
    if meeting.state == MeetingState.CANCELLED:
        return translate(N_("会议已取消")), translate(N_("原因：{reason}")).format(reason=reason)
    if meeting.starts_at != noticed.starts_at:
        planned = format_date(noticed.starts_at.astimezone(visit.zone).date(), visit.language)
        moved = translate(N_("原定{day}，改期原因：{reason}"))
        return translate(N_("会议已改期")), moved.format(day=planned, reason=reason)
    if noticed.kind == TALK:
        return translate(N_("恳谈公告")), noticed.title
    line = translate(N_("{title}。可以只参加一项。")).format(title=noticed.title)
    return translate(N_("议事日公告")), line


def _limits(rule: Rule) -> list[Sentence]:
    return [
        say(N_("没有列在这里的事，当天不表决。")),
        wording.disclaimer(rule),
    ]


def _when(visit: Visit, begins: datetime, minutes: int) -> str:
    translate, zone = visit.translations.gettext, str(visit.zone)
    ends = begins + timedelta(minutes=minutes)
    return translate(N_("{weekday}　{begins}至{ends}")).format(
        weekday=translate(_WEEKDAYS[begins.weekday()]),
        begins=format_time(begins, visit.language, zone=zone),
        ends=format_time(ends, visit.language, zone=zone),
    )


def _lines(visit: Visit, noticed: MeetingNoticed) -> list[dict[str, Any]]:
    votes = noticed_votes(visit, noticed)
    return [
        _line(visit, item, _rule(visit, noticed, item)) | {"notes": _notes(visit, votes[item.item])}
        for item in noticed.items
    ]


def _notes(visit: Visit, vote: ItemVote) -> list[str]:
    """What is chosen from, and the rule in words."""
    translate = visit.translations.gettext
    options = [f"{number}. {option}" for number, option in enumerate(vote.options, start=1)]
    says = "".join(sentence.render(translate) for sentence in vote.says)
    return [text for text in ("　".join(options), says) if text]


def _line(visit: Visit, item: NoticedItem, rule: Rule) -> dict[str, Any]:
    translate = visit.translations.gettext
    label = translate(N_("决议文字（{label}）")).format(label=translate(rule.label))
    return {
        "number": str(item.position),
        "title": item.title,
        "step": translate(BUSINESS[item.step]),
        "minutes": translate(N_("{n}分钟")).format(n=item.minutes),
        "wording_label": label,
        "wording": item.wording or "",
    }


_M = "/meetings/{meeting}"

PAGES: Sequence[Page] = (
    get(f"{_M}/notice.pdf", Permission.PUBLIC, poster),
    get(f"{_M}/notice", Permission.PUBLIC, shown),
)
