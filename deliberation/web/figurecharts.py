"""The pictures of the figures, each from the figures that it shows."""

from collections.abc import Sequence
from fractions import Fraction

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.matters.steps import Step
from deliberation.reports.facts import Facts
from deliberation.reports.figures import Line, Name, Unit
from deliberation.reports.table import LABELS, value_text
from deliberation.rulesets.exact import amount_text
from deliberation.web.figureviews import Chart, Row, figure_of, shown_of

STAGES = (
    Name.DAYS_TO_TRIAGE,
    Name.DAYS_TO_TAKE,
    Name.DAYS_TO_DECIDE,
    Name.DAYS_TO_DELIVER,
    Name.DAYS_TO_SETTLE,
)
MARKS = (Name.MARK_5, Name.MARK_4, Name.MARK_3, Name.MARK_2, Name.MARK_1)
MOST_ROWS = 12
MOST_SQUARES = 24
"""In one row: more would be too small to count on a phone. The number stands beside them."""


def charts_of(facts: Facts, lines: Sequence[Line]) -> list[Chart]:
    """All pictures of a period; one with nothing in it is left out."""
    made = [
        _domains(lines),
        _steps(facts),
        _ballots(facts),
        _organisations(lines),
        _marks(lines),
        _meetings(facts),
        _stages(lines),
        _service(lines),
    ]
    return [chart for chart in made if chart is not None]


def _domains(lines: Sequence[Line]) -> Chart | None:
    found = [x for x in lines if x.dimension == "domain" and x.figure.name is Name.RECEIVED]
    if not found:
        return None
    most = found[0].figure.part
    rows = [_bar(x.key, x.figure.part, most) for x in found[:MOST_ROWS]]
    total = sum(x.figure.part for x in found)
    return Chart(
        kind="bars",
        finding=_most(found, most),
        note=say(N_("按领域，件，n = {n}"), n=total),
        rows=rows,
        columns=(N_("领域"), N_("件")),
        more=_more(found),
    )


def _most(found: Sequence[Line], most: int) -> Sentence:
    alike = sum(x.figure.part == most for x in found)
    if alike > 1:
        return say(N_("最多的有{k}个领域，各{n}件"), k=alike, n=most)
    return say(N_("最多的是{domain}，{n}件"), domain=found[0].key, n=most)


def _bar(label: str, value: int, most: int) -> Row:
    return Row(label=label, parts=(value,), whole=max(1, most), shown=str(value))


def _steps(facts: Facts) -> Chart | None:
    if not facts.matters:
        return None
    rows = []
    for step in Step:
        here = [m for m in facts.matters if m.step == step]
        late = sum(m.is_overdue for m in here)
        rows.append(
            Row(
                label=step.value,
                parts=(len(here) - late, late),
                drawn=_squares(len(here) - late, late),
                whole=len(facts.matters),
                shown=str(len(here)),
            )
        )
    return Chart(
        kind="squares",
        finding=say(N_("在办议题{n}件，各到哪一步"), n=len(facts.matters)),
        note=say(
            N_("一格一件，三角为逾期，一行最多画{most}个，n = {n}"),
            most=MOST_SQUARES,
            n=len(facts.matters),
        ),
        rows=rows,
        columns=(N_("步骤"), N_("件")),
    )


def _squares(in_time: int, late: int) -> tuple[int, int]:
    """What is late is drawn first."""
    late_drawn = min(late, MOST_SQUARES)
    return min(in_time, MOST_SQUARES - late_drawn), late_drawn


def _more(rows: Sequence[object]) -> int:
    return max(0, len(rows) - MOST_ROWS)


def _ballots(facts: Facts) -> Chart | None:
    if not facts.ballots:
        return None
    adopted = sum(b.is_adopted for b in facts.ballots)
    rows = [
        Row(
            label=b.title,
            parts=(b.part,),
            whole=max(1, b.whole),
            shown=value_text(Unit.SHARE, b.part, b.whole),
            note=f"{b.part} ÷ {b.whole}",
            tick=b.required,
            is_short=not b.is_adopted,
        )
        for b in facts.ballots[-MOST_ROWS:]
    ]
    return Chart(
        kind="measured",
        finding=say(N_("{n}次表决，{adopted}次通过"), n=len(facts.ballots), adopted=adopted),
        note=say(N_("赞成占算式的分母；竖线为要求，意向征询")),
        rows=rows,
        columns=(N_("议题"), N_("赞成占比")),
        more=_more(facts.ballots),
    )


def _organisations(lines: Sequence[Line]) -> Chart | None:
    names = {Name.ON_TIME_FIRST}
    found = [
        x
        for x in lines
        if x.dimension == "organisation" and x.figure.name in names and x.figure.whole
    ]
    if not found:
        return None
    found.sort(key=lambda x: (-Fraction(x.figure.part, x.figure.whole), x.key))
    done, on_time = sum(x.figure.whole for x in found), sum(x.figure.part for x in found)
    rows = [
        Row(
            label=x.key,
            parts=(x.figure.part,),
            whole=x.figure.whole,
            shown=shown_of(x.figure),
            note=f"{x.figure.part} ÷ {x.figure.whole}",
        )
        for x in found[:MOST_ROWS]
    ]
    return Chart(
        kind="measured",
        finding=say(N_("办完{done}件，按最初期限{on_time}件"), done=done, on_time=on_time),
        note=say(N_("按最初期限办完的占办完的，n = {n}"), n=done),
        rows=rows,
        columns=(N_("办理单位"), N_("按期占比")),
        more=_more(found),
    )


def _marks(lines: Sequence[Line]) -> Chart | None:
    months = sorted({x.key for x in lines if x.dimension == "month" and x.figure.name is Name.MEAN})
    rows = []
    for month in months:
        given = [figure_of(lines, name, "month", month) for name in MARKS]
        n = given[0].whole
        if n:
            parts = tuple(figure.part for figure in given)
            mean = shown_of(figure_of(lines, Name.MEAN, "month", month))
            rows.append(Row(label=month, parts=parts, whole=n, shown=mean, note=f"n = {n}"))
    if not rows:
        return None
    overall, answered = figure_of(lines, Name.MEAN), figure_of(lines, Name.ANSWERED)
    return Chart(
        kind="marks",
        finding=say(N_("平均{mean}分"), mean=shown_of(overall)),
        note=say(
            N_("一户一个评价，1到5分；请了{asked}户，评了{n}户"),
            asked=answered.whole,
            n=answered.part,
        ),
        rows=rows,
        columns=(N_("月份"), N_("5分"), N_("4分"), N_("3分"), N_("2分"), N_("1分"), N_("平均分")),
    )


def _meetings(facts: Facts) -> Chart | None:
    if not facts.meetings:
        return None
    longest = max(1, *(max(m.planned, m.used) for m in facts.meetings))
    over = [m.used - m.planned for m in facts.meetings if m.used > m.planned]
    rows = [
        Row(
            label=m.title,
            parts=(m.used,),
            whole=longest,
            shown=str(m.used),
            note=f"{m.used - m.planned:+}",
            tick=m.planned,
            is_short=m.used > m.planned,
        )
        for m in facts.meetings[-MOST_ROWS:]
    ]
    finding = (
        say(N_("{n}次超时，最多{most}分钟"), n=len(over), most=max(over))
        if over
        else say(N_("{n}次会议都没有超时"), n=len(facts.meetings))
    )
    return Chart(
        kind="planned",
        finding=finding,
        note=say(N_("横条为实际分钟，竖线为计划，n = {n}"), n=len(facts.meetings)),
        rows=rows,
        columns=(N_("会议"), N_("实际分钟")),
        more=_more(facts.meetings),
    )


def _stages(lines: Sequence[Line]) -> Chart | None:
    found = [figure_of(lines, name) for name in STAGES]
    known = [figure for figure in found if figure.value is not None]
    if not known:
        return None
    most = max(1, *(figure.value or 0 for figure in known))
    rows = [
        Row(
            label=LABELS[figure.name],
            parts=(int((figure.value or 0) * 2),),
            whole=int(most * 2),
            shown=amount_text(figure.value or Fraction(0)),
            note=f"n = {figure.n}",
        )
        for figure in known
    ]
    whole = found[-1]
    finding = (
        say(N_("从提出到办结，中位{days}天"), days=shown_of(whole))
        if whole.n
        else say(N_("每一段用了多少天"))
    )
    return Chart(
        kind="days",
        finding=finding,
        note=say(N_("中位天数：一半不超过它")),
        rows=rows,
        columns=(N_("阶段"), N_("天")),
    )


def _service(lines: Sequence[Line]) -> Chart | None:
    found = [figure_of(lines, n) for n in (Name.SAME_DAY, Name.WITHIN_TWO, Name.WITHIN_THREE)]
    if not found[0].whole:
        return None
    rows = [
        Row(
            label=LABELS[figure.name],
            parts=(figure.part,),
            whole=figure.whole,
            shown=shown_of(figure),
            note=f"{figure.part} ÷ {figure.whole}",
        )
        for figure in found
    ]
    return Chart(
        kind="measured",
        finding=say(N_("直办的，三天内办好{share}"), share=shown_of(found[-1])),
        note=say(N_("累计：两天内的包括当天的，n = {n}"), n=found[0].whole),
        rows=rows,
        columns=(N_("多久"), N_("占比")),
    )
