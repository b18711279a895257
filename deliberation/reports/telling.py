"""The year-end feedback in words: a narrative like that of minutes, set by the same papers."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from deliberation.i18n import N_
from deliberation.i18n.catalogs import format_date
from deliberation.minutes.narrative import Block, Narrative, Note, Section, Table, Text
from deliberation.reports.feedback import Duty, Feedback
from deliberation.reports.figures import Figure, Name, Unit
from deliberation.reports.table import LABELS, value_text

Translate = Callable[[str], str]

ORIGINS: Mapping[str, str] = MappingProxyType(
    {
        "claim": N_("认领"),
        "assignment": N_("社区交办"),
        "escalation": N_("上级交办"),
        "return": N_("退回重办"),
    }
)
_SHARES = (
    (Name.DONE, N_("任务办完")),
    (Name.ON_TIME_FIRST, N_("按最初期限办完")),
    (Name.ON_TIME_LAST, N_("按延后期限办完")),
    (Name.POSTPONED, N_("延过期")),
)


def narrate(feedback: Feedback, *, translate: Translate, language: str) -> Narrative:
    """In the words of a language; nothing is judged, everything says what it is of."""
    title = translate(N_("{year}年办理情况反馈")).format(year=feedback.period.year)
    made_on = format_date(feedback.made_on, language)
    return Narrative(
        language=language,
        title=f"{feedback.organisation}{title}",
        title_lines=(feedback.organisation, title),
        number="",
        label=translate(N_("演示数据")) if feedback.is_demonstration else "",
        facts=(
            (translate(N_("单位")), feedback.organisation),
            (translate(N_("反馈方")), feedback.community),
            (translate(N_("统计到")), made_on),
        ),
        sections=tuple(_sections(feedback, translate, language)),
        signatures=((translate(N_("反馈方（签章）")), ""), (translate(N_("单位（签章）")), "")),
        closing=(feedback.community, made_on),
        digest="",
    )


def _sections(feedback: Feedback, translate: Translate, language: str) -> Iterator[Section]:
    yield Section(heading=translate(N_("总的情况")), blocks=tuple(_overall(feedback, translate)))
    yield Section(
        heading=translate(N_("承担的任务")),
        blocks=tuple(_duties(feedback, translate, language)),
    )
    yield Section(heading=translate(N_("延期和退回的理由")), blocks=_reasons(feedback, translate))
    yield Section(heading=translate(N_("没有认领的答复")), blocks=_answers(feedback, translate))


def _overall(feedback: Feedback, translate: Translate) -> Iterator[Block]:
    figures = {line.figure.name: line.figure for line in feedback.lines}
    if not feedback.duties and not figures[Name.ANSWERED].whole:
        yield Text(translate(N_("这一年没有承担任务。")))
        return
    rows = [
        (
            translate(label),
            f"{figures[name].part} ÷ {figures[name].whole}",
            value_text(Unit.SHARE, figures[name].part, figures[name].whole) or "–",
        )
        for name, label in _SHARES
    ]
    counts = [
        (translate(LABELS[name]), str(figures[name].part), "")
        for name in (Name.ASSIGNED, Name.OVERDUE)
    ]
    yield Table(
        widths=(3, 2, 2),
        align=("left", "right", "right"),
        head=(translate(N_("项目")), translate(N_("算式")), translate(N_("占比"))),
        rows=(*rows, *counts),
    )
    yield Text(_rated(figures[Name.ANSWERED], figures[Name.MEAN], translate))
    yield Note(
        translate(
            N_(
                "只算这一年定下的任务，退回的不算在内；评价是这一年发出的。"
                "占比只舍不入。延过期的任务，两种期限分开算。"
            )
        )
    )


def _rated(answered: Figure, mean: Figure, translate: Translate) -> str:
    if not mean.n:
        return translate(N_("还没有居民评价。"))
    said = translate(N_("居民评价：请了{asked}户，评了{n}户，平均{mean}分（1到5分）。"))
    shown = value_text(Unit.MEAN, mean.part, mean.whole)
    return said.format(asked=answered.whole, n=answered.part, mean=shown)


def _duties(feedback: Feedback, translate: Translate, language: str) -> Iterator[Block]:
    if not feedback.duties:
        yield Text(translate(N_("没有。")))
        return
    yield Table(
        widths=(5, 2, 3, 3),
        align=("left", "left", "left", "left"),
        head=(
            translate(N_("任务")),
            translate(N_("来历")),
            translate(N_("期限")),
            translate(N_("状态")),
        ),
        rows=tuple(_duty(duty, feedback.made_on, translate, language) for duty in feedback.duties),
    )


def _duty(
    duty: Duty, today: date, translate: Translate, language: str
) -> tuple[str, str, str, str]:
    due = format_date(duty.due_on, language)
    if duty.due_on != duty.first_due_on:
        first = format_date(duty.first_due_on, language)
        due = translate(N_("{due}（原定{first}）")).format(due=due, first=first)
    return (
        duty.title,
        translate(ORIGINS[duty.origin]),
        due,
        _state(duty, today, translate, language),
    )


def _state(duty: Duty, today: date, translate: Translate, language: str) -> str:
    if duty.done_on is not None:
        return translate(N_("{on}办完")).format(on=format_date(duty.done_on, language))
    if duty.state == "released":
        return translate(N_("已退回"))
    if duty.is_overdue(today):
        return translate(N_("逾期{n}天")).format(n=(today - duty.due_on).days)
    return translate(N_("办理中"))


def _reasons(feedback: Feedback, translate: Translate) -> tuple[Block, ...]:
    said = [
        Text(translate(N_("{title}：{reason}")).format(title=duty.title, reason=reason))
        for duty in feedback.duties
        for reason in duty.reasons
    ]
    return tuple(said) or (Text(translate(N_("没有。"))),)


def _answers(feedback: Feedback, translate: Translate) -> tuple[Block, ...]:
    said = [
        Text(translate(N_("{title}：{reason}")).format(title=one.title, reason=one.reason))
        for one in feedback.answers
    ]
    return tuple(said) or (Text(translate(N_("没有。"))),)
