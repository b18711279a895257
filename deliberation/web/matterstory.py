"""A matter's story: its way through the steps, newest first, and what was told on each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from deliberation.i18n import N_
from deliberation.i18n.catalogs import format_date
from deliberation.i18n.sentences import Sentence, say
from deliberation.journal import Happened
from deliberation.journal import events as e
from deliberation.matters.steps import ACT_WORDS, Act

_TOLD_MORE_FULLY = frozenset({Act.ADOPT, Act.ASSIGN, Act.REPORT_DONE, Act.CLAIM, Act.RETURN})


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened."""

    at: datetime
    said: Sentence


@dataclass(slots=True, kw_only=True)
class Passage:
    """One stay on a step. `is_last` of the stays on that step: what belongs to the step stands
    with it."""

    step: str
    entered_at: datetime
    left_at: datetime | None = None
    is_last: bool = True
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom the story is told; `names` are of organisations."""

    names: Mapping[UUID, str]
    language: str

    def day(self, event_day: object) -> str:
        return format_date(event_day, self.language)  # type: ignore[arg-type]  # a date


def passages(told: Sequence[Happened], reader: Reader) -> list[Passage]:
    """The stays on the steps, the newest first."""
    found: list[Passage] = []
    milestones = dict(_milestones(told))
    for happened in told:
        event = happened.event
        match event:
            case e.MatterOpened(step=step):
                found.append(Passage(step=step, entered_at=happened.at))
            case e.MatterStepped(left=left, entered=entered) if left != entered and found:
                found[-1].left_at = happened.at
                found.append(Passage(step=entered, entered_at=happened.at))
        said = _said(event, reader, milestones)
        if said is not None and found:
            found[-1].lines.append(Line(happened.at, said))
    _mark_last(found)
    return found[::-1]


def _mark_last(found: Sequence[Passage]) -> None:
    seen: set[str] = set()
    for passage in reversed(found):
        passage.is_last = passage.step not in seen
        seen.add(passage.step)
        passage.lines.reverse()


def _milestones(told: Iterable[Happened]) -> Iterable[tuple[UUID, str]]:
    for happened in told:
        if isinstance(happened.event, e.MilestonesPlanned):
            yield from ((one.milestone, one.title) for one in happened.event.milestones)


def entered(told: Sequence[Happened]) -> dict[str, datetime]:
    """When each step was last entered."""
    found: dict[str, datetime] = {}
    for happened in told:
        match happened.event:
            case e.MatterOpened(step=step) | e.MatterStepped(entered=step):
                found[step] = happened.at
    return found


def is_returned(told: Sequence[Happened]) -> bool:
    """Whether the last step was one back."""
    moves = [h.event for h in told if isinstance(h.event, e.MatterStepped)]
    stepped = [one.act for one in moves if one.left != one.entered]
    back = (Act.SEND_BACK, Act.DISCUSS_AGAIN, Act.RETURN, Act.RELEASE, Act.OBJECT)
    return bool(stepped) and stepped[-1] in back


def organisations_in(told: Iterable[Happened]) -> set[UUID]:
    """The organisations that the story names."""
    named = (getattr(happened.event, "organisation", None) for happened in told)
    return {one for one in named if isinstance(one, UUID)}


def _said(event: e.Event, reader: Reader, milestones: Mapping[UUID, str]) -> Sentence | None:
    """What an entry says; what another entry tells more of is left out."""
    for tell in (_of_the_way, _of_tasks, _of_evaluation, _of_claims):
        said = tell(event, reader)
        if said is not None:
            return said
    if isinstance(event, e.MilestoneReached):
        return say(N_("完成节点：{title}"), title=milestones.get(event.milestone, ""))
    return None


def _of_the_way(event: e.Event, reader: Reader) -> Sentence | None:
    match event:
        case e.MatterOpened(number=number):
            return say(N_("立为议题{number}"), number=number)
        case e.MatterStepped(act=act, reason=reason) if act not in _TOLD_MORE_FULLY:
            words = say(ACT_WORDS[Act(act)])
            return say(N_("{act}：{reason}"), act=words, reason=reason) if reason else words
        case e.MatterDemandAdded():
            return say(N_("又收进一件需求"))
        case e.MatterCarriedOver(times=times):
            return say(N_("会上没有轮到，转到下次（第{n}次）"), n=times)
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


def _of_tasks(event: e.Event, reader: Reader) -> Sentence | None:
    match event:
        case e.TaskSet(organisation=organisation, due_on=due_on, title=title):
            return say(
                N_("交{name}办理，{due}前办结：{title}"),
                name=reader.names.get(organisation, ""),
                due=reader.day(due_on),
                title=title,
            )
        case e.MilestonesPlanned(milestones=milestones):
            return say(N_("排了{n}个节点"), n=len(milestones))
        case e.TaskPostponed(moved_from=moved_from, moved_to=moved_to, reason=reason):
            return say(
                N_("延期，从{before}改到{after}：{reason}"),
                before=reader.day(moved_from),
                after=reader.day(moved_to),
                reason=reason,
            )
        case e.TaskReleased(organisation=organisation, reason=reason):
            name = reader.names.get(organisation, "")
            return say(N_("{name}退回任务：{reason}"), name=name, reason=reason)
        case e.MatterProgressed(note="", done=True):
            return say(N_("报办结"))
        case e.MatterProgressed(note=note, done=done):
            return say(N_("报办结：{note}") if done else N_("进度：{note}"), note=note)
    return None


def _of_evaluation(event: e.Event, reader: Reader) -> Sentence | None:
    match event:
        case e.EvaluationOpened(asked=asked, closes_on=closes_on):
            return say(N_("请{n}户评价，到{day}"), n=asked, day=reader.day(closes_on))
        case e.MatterRated(more=more):
            return say(N_("{n}户作了评价"), n=sum(more.values()))
        case e.EvaluationClosed(rated=0, asked=asked):
            return say(N_("评价结束：应评{asked}户，没有人评"), asked=asked)
        case e.EvaluationClosed(rated=rated, asked=asked, mean=mean):
            return say(
                N_("评价结束：应评{asked}户，{rated}户评了，平均{mean}分（满分5分）"),
                asked=asked,
                rated=rated,
                mean=mean_text(mean),
            )
    return None


def mean_text(mean: int) -> str:
    """A mean in hundredths of a mark, with its two decimals."""
    return f"{mean // 100}.{mean % 100:02}"


def _of_claims(event: e.Event, reader: Reader) -> Sentence | None:
    match event:
        case e.ClaimMade(organisation=organisation, promised_on=promised_on):
            name = reader.names.get(organisation, "")
            return say(N_("{name}认领，承诺{due}前办结"), name=name, due=reader.day(promised_on))
        case e.ClaimRefused(organisation=organisation, reason=reason):
            name = reader.names.get(organisation, "")
            return say(N_("{name}不认领：{reason}"), name=name, reason=reason)
        case e.EscalationRaised(reason=reason):
            return say(N_("列入上级联席会议清单：{reason}"), reason=say(reason))
        case e.EscalationAssigned(organisation=organisation, duty=duty, due_on=due_on):
            return say(
                N_("上级联席会议交{name}办理，{due}前：{duty}"),
                name=reader.names.get(organisation, ""),
                due=reader.day(due_on),
                duty=duty,
            )
        case e.EscalationUnassigned(reason=reason):
            return say(N_("交办收回，重新列入上级联席会议清单：{reason}"), reason=say(reason))
        case e.EscalationReviewed(words=words):
            return say(N_("调度：{words}"), words=words)
        case e.EscalationEnded(words=words):
            return say(N_("移出上级联席会议清单：{words}"), words=say(words))
    return None
