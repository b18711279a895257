"""A document told in words, section by section."""

from collections.abc import Iterator

from deliberation.i18n import N_
from deliberation.i18n.catalogs import SOURCE, format_date
from deliberation.minutes import proceedings
from deliberation.minutes.balloting import ToldRule
from deliberation.minutes.document import ItemRecord, MinutesDocument, QuorumRecord, digest_of
from deliberation.minutes.narrative import Narrative, Point, Section, Table, Text
from deliberation.minutes.teller import Teller, Translate
from deliberation.rulesets.questions import Question
from deliberation.rulesets.rules import Rule


def narrate(
    document: MinutesDocument,
    *,
    translate: Translate = str,
    language: str = SOURCE,
    digest: str = "",
) -> Narrative:
    """The document in the language of `translate`; `language` sets its dates. `digest`: the
    approved one, which holds whatever a later release adds to documents."""
    teller = Teller(translate, language, document.zone, document.step_names)
    ended = document.adjourned_at or document.convened_at or document.starts_at
    return Narrative(
        language=language,
        title=teller.say(N_("{title}会议纪要"), title=document.title),
        title_lines=(document.title, teller.say(N_("会议纪要"))),
        number="",
        label=teller.say(N_("演示数据")) if document.is_demonstration else "",
        facts=tuple(_facts(document, teller)),
        sections=tuple(_sections(document, teller)),
        signatures=(
            (teller.say(N_("主持人")), teller.name(document.chair)),
            (teller.say(N_("记录人")), document.recorder or teller.say(N_("未指定"))),
        ),
        closing=(document.community, teller.date(ended)),
        digest=teller.say(
            N_("依据会议实录第1至{upto}条。SHA-256 {digest}"),
            upto=document.upto,
            digest=digest or digest_of(document),
        ),
    )


def _facts(document: MinutesDocument, teller: Teller) -> Iterator[tuple[str, str]]:
    yield teller.say(N_("时间")), _when(document, teller)
    yield teller.say(N_("地点")), document.venue
    if document.convener:
        yield teller.say(N_("召集")), document.convener
    yield teller.say(N_("主持")), teller.name(document.chair)
    if document.recorder:
        yield teller.say(N_("记录")), document.recorder
    yield teller.say(N_("到会")), _attendance(document, teller)
    if document.quorum:
        said = [_crossing(one, teller) for one in document.quorum]
        yield teller.say(N_("到会变化")), "".join(said)


def _when(document: MinutesDocument, teller: Teller) -> str:
    began = document.convened_at or document.starts_at
    facts = {"date": teller.date(began, weekday=True), "begin": teller.time(began)}
    if document.adjourned_at is None:
        return teller.say(N_("{date} {begin}"), **facts)
    end = teller.time(document.adjourned_at)
    return teller.say(N_("{date} {begin}至{end}"), end=end, **facts)


def _attendance(document: MinutesDocument, teller: Teller) -> str:
    said = teller.say(
        N_("应到{roll}户，实到{present}户（现场{hall}户，线上{remote}户）"),
        roll=document.roll,
        present=document.present,
        hall=document.hall,
        remote=document.remote,
    )
    if document.present_required == 0:
        return said
    verdict = N_("达到到会要求") if document.is_quorate else N_("没有达到到会要求")
    return teller.say(
        N_("{attendance}，须到{required}户，{verdict}"),
        attendance=said,
        required=document.present_required,
        verdict=teller.say(verdict),
    )


def _crossing(one: QuorumRecord, teller: Teller) -> str:
    text = (
        N_("{time}剩{present}户，不足须到的{required}户。")
        if one.is_lost
        else N_("{time}有{present}户，又够须到的{required}户。")
    )
    time = teller.time(one.at)
    return teller.say(text, time=time, present=one.present, required=one.required)


def _sections(document: MinutesDocument, teller: Teller) -> Iterator[Section]:
    reached = [item for item in document.items if item.is_reached]
    told: dict[tuple[Rule, Question], ToldRule] = {}
    for item in reached:
        for ballot in item.ballots:
            asked = (ballot.rule, ballot.question)
            told.setdefault(asked, ToldRule(item.position, ballot.ballot))
        is_over = document.adjourned_at is not None
        blocks = proceedings.blocks(item, teller, told, is_over=is_over)
        yield Section(heading=item.title, blocks=tuple(blocks))
    if assigned := [item for item in document.items if item.assignment]:
        yield Section(heading=teller.say(N_("任务")), blocks=(_tasks(assigned, teller),))
    if document.carried_over:
        left = enumerate(document.carried_over, start=1)
        points = (_carried(number, item, teller) for number, item in left)
        yield Section(heading=teller.say(N_("没有议到，留待下次的事项")), blocks=tuple(points))
    yield Section(heading=teller.say(N_("散会")), blocks=(Text(_ending(document, teller)),))


def _carried(number: int, item: ItemRecord, teller: Teller) -> Point:
    return Point(
        number,
        teller.say(
            N_("{title}（{step}，公告议程第{position}项）"),
            title=item.title,
            step=teller.step(item.step),
            position=item.position,
        ),
    )


def _tasks(items: list[ItemRecord], teller: Teller) -> Table:
    head = (N_("事项"), N_("办理单位"), N_("期限"))
    rows = (
        (
            item.title,
            teller.name(item.assignment.organisation),
            format_date(item.assignment.due_on, teller.language),
        )
        for item in items
        if item.assignment
    )
    return Table(
        widths=(5, 4, 3),
        align=("left", "left", "left"),
        head=tuple(teller.say(word) for word in head),
        rows=tuple(rows),
    )


def _ending(document: MinutesDocument, teller: Teller) -> str:
    if document.cancelled_reason is not None:
        return teller.say(N_("会议取消：{reason}"), reason=document.cancelled_reason)
    if document.adjourned_at is None:
        return teller.say(N_("会议还没有散会，以上是到目前为止的记录。"))
    return teller.say(
        N_("会议于{time}散会，散会时到会{present}户。"),
        time=teller.time(document.adjourned_at),
        present=document.present_at_end or 0,
    )
