"""Editing an agenda until its notice, and what is checked before the notice goes out. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.matters.steps import Step
from deliberation.meetings.rules import MeetingState, present_required
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Electorate, Rule
from deliberation.rulesets.wording import share_words

LEAST_MINUTES, MOST_MINUTES = 1, 240


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    position: int
    step: Step
    minutes: int
    reporter: str = ""
    wording: str = ""
    rule: Rule | None = None
    """The rule set that was chosen for it; None: the meeting's own."""
    question: Question | None = MOTION
    """None: it cannot be read."""
    window_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """The venue that was chosen; `capacity` in persons, 0: not known."""

    name: str
    capacity: int
    is_step_free: bool
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaFacts:
    """What is true of a meeting when its notice is to be published."""

    items: Sequence[PlannedItem]
    held_on: date
    today: date
    rule: Rule
    day_minutes: int
    """The meeting's own length."""
    roll: int
    """Households that should attend."""
    area_hundredths: int
    """Their exclusive area in 0.01 m², shown with the roll."""
    voters: Mapping[Electorate, int] = field(default_factory=dict)
    """How many the roll holds of each kind that a rule asks for."""
    units_without_owner: int = 0
    units_without_area: int = 0
    units_without_household: int = 0
    """Owned, and on no roll."""
    is_talk: bool = False
    """An informal meeting: its agenda may be empty, and nothing is voted on."""
    place: PlaceFacts | None = None

    def rule_of(self, item: PlannedItem) -> Rule:
        return item.rule or self.rule

    @property
    def notice_days(self) -> int:
        """The longest that the meeting's rule or that of an item asks for."""
        return max(self.rule_of(item).notice_days for item in (*self.items, _MEETING_ITSELF))


_MEETING_ITSELF = PlannedItem(position=0, step=Step.RAISE, minutes=0)


class CheckState(StrEnum):
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    """Nothing is published while one check has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the checks: what, how it stands, and on which item."""

    state: CheckState
    says: Sentence
    detail: Sentence
    item: int | None = None
    about: str = ""
    """What is mended on a page of its own: "owners"."""


def check_may_edit(state: MeetingState) -> None:
    """Until the notice; what it named does not change any more."""
    if state is not MeetingState.PLANNED:
        raise Refusal(Code.AGENDA_FROZEN)


def check_minutes(minutes: int) -> None:
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise Refusal(Code.AGENDA_MINUTES_OUT_OF_RANGE, least=LEAST_MINUTES, most=MOST_MINUTES)


def overrides(agenda: Sequence[UUID], ranking: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """Where the agenda differs from the ranking: pairs of a demand and one ranked above it that
    stands after it or not on the agenda at all. Demands outside the ranking are not compared."""
    ranks = {demand: place for place, demand in enumerate(ranking)}
    chosen = [demand for demand in agenda if demand in ranks]
    places = {demand: place for place, demand in enumerate(chosen)}
    return {
        (demand, passed)
        for demand in chosen
        for passed in ranking[: ranks[demand]]
        if places.get(passed, len(chosen)) > places[demand]
    }


def needs_reason(before: Sequence[UUID], after: Sequence[UUID], ranking: Sequence[UUID]) -> bool:
    """Whether a change takes the agenda further from the ranking than it was."""
    return bool(overrides(after, ranking) - overrides(before, ranking))


def check_reason(
    before: Sequence[UUID], after: Sequence[UUID], ranking: Sequence[UUID], reason: str
) -> None:
    """An override of the ranking needs a reason, which is published with it."""
    if not reason.strip() and needs_reason(before, after, ranking):
        raise Refusal(Code.AGENDA_REASON_REQUIRED)


def checks(facts: AgendaFacts) -> list[Check]:
    """All checks before the notice, passed or not, in the order in which they are shown."""
    if facts.is_talk:
        return [*_talk_checks(facts), _roll_check(facts), *_place_checks(facts)]
    return [
        _notice_check(facts),
        _items_check(facts),
        *_wording_checks(facts),
        _attendance_check(facts),
        _roll_check(facts),
        *_place_checks(facts),
        _time_check(facts),
        _reporter_check(facts),
    ]


def _talk_checks(facts: AgendaFacts) -> Iterator[Check]:
    """What is put to a vote belongs on the agenda of a deliberation."""
    voted = (item for item in facts.items if item.step is Step.DECIDE or item.wording.strip())
    decided = [item.position for item in voted]
    for position in decided:
        yield Check(
            state=CheckState.FAILED,
            says=say(N_("第{item}项不能在恳谈会上表决"), item=position),
            detail=say(N_("改为讨论，或者排到议事会上。")),
            item=position,
        )
    if not decided:
        detail = say(N_("不定到会户数，不表决；谈出来的建议记下来"))
        yield _check(True, say(N_("恳谈会从简")), detail)


def _place_checks(facts: AgendaFacts) -> Iterator[Check]:
    place = facts.place
    if place is None:
        return
    if not place.is_open:
        says = say(N_("场地“{venue}”已经停用"), venue=place.name)
        yield _warned(says, say(N_("公告上写的还是这里，请先与场地核对")))
    if place.capacity and facts.roll > place.capacity:
        detail = say(
            N_("{venue}坐{capacity}人，应到{roll}户"),
            venue=place.name,
            capacity=place.capacity,
            roll=facts.roll,
        )
        yield _warned(say(N_("场地坐不下")), detail)
    if not place.is_step_free:
        detail = say(N_("{venue}没有无台阶通道，请安排人接送或帮忙"), venue=place.name)
        yield _warned(say(N_("轮椅进不去")), detail)


def _warned(says: Sentence, detail: Sentence) -> Check:
    return Check(state=CheckState.WARNING, says=says, detail=detail)


def failed(found: Sequence[Check]) -> int:
    return sum(check.state is CheckState.FAILED for check in found)


def check_may_publish(found: Sequence[Check]) -> None:
    count = failed(found)
    if count:
        raise Refusal(Code.AGENDA_CHECKS_FAILED, count=count)


def _check(is_sound: bool, says: Sentence, detail: Sentence) -> Check:
    state = CheckState.PASSED if is_sound else CheckState.FAILED
    return Check(state=state, says=says, detail=detail)


def _notice_check(facts: AgendaFacts) -> Check:
    days, needed = (facts.held_on - facts.today).days, facts.notice_days
    latest = facts.held_on - timedelta(days=needed)
    return _check(
        days >= needed,
        say(N_("公告天数够")) if days >= needed else say(N_("公告天数不够")),
        say(
            N_("今天发布，提前{days}天；规则{needed}天，最晚{month}月{day}日"),
            days=max(0, days),
            needed=needed,
            month=latest.month,
            day=latest.day,
        ),
    )


def _items_check(facts: AgendaFacts) -> Check:
    count = len(facts.items)
    says = say(N_("议程已有事项")) if count else say(N_("议程还是空的"))
    return _check(count > 0, says, say(N_("共{count}项"), count=count))


def _wording_checks(facts: AgendaFacts) -> Iterator[Check]:
    decided = [item for item in facts.items if item.step is Step.DECIDE]
    missing = [item for item in decided if not item.wording.strip()]
    for item in missing:
        yield Check(
            state=CheckState.FAILED,
            says=say(N_("第{item}项缺决议文字"), item=item.position),
            detail=say(N_("要表决的事项必须先有文字。写上，或者改为讨论。")),
            item=item.position,
        )
    if not missing:
        detail = say(N_("共{count}项要表决"), count=len(decided))
        yield _check(True, say(N_("决议文字齐全")), detail)


def _attendance_check(facts: AgendaFacts) -> Check:
    if facts.rule.attendance is None:
        return Check(
            state=CheckState.WARNING,
            says=say(N_("没有到会要求")),
            detail=say(N_("规则不要求到会户数，多少户都可以表决")),
        )
    detail = say(
        N_("应到户数{share}，{roll}户中须{required}户"),
        share=share_words(facts.rule.attendance),
        roll=facts.roll,
        required=present_required(facts.rule, facts.roll),
    )
    return _check(True, say(N_("到会要求已定")), detail)


def _roll_check(facts: AgendaFacts) -> Check:
    if facts.roll == 0:
        says = say(N_("应到名册是空的"))
        return _check(False, says, say(N_("请先导入住户名册")))
    whole, rest = divmod(facts.area_hundredths, 100)
    detail = say(N_("{roll}户，面积{area}㎡"), roll=facts.roll, area=f"{whole:,}.{rest:02}")
    return _check(True, say(N_("应到名册已备")), detail)


def _time_check(facts: AgendaFacts) -> Check:
    total = sum(item.minutes for item in facts.items)
    if total > facts.day_minutes:
        detail = say(N_("已排{total}分钟，上限{limit}分钟"), total=total, limit=facts.day_minutes)
        return Check(state=CheckState.WARNING, says=say(N_("总时长超出")), detail=detail)
    left = facts.day_minutes - total
    detail = say(N_("已排{total}分钟，余{left}分钟"), total=total, left=left)
    return _check(True, say(N_("总时长不超")), detail)


def _reporter_check(facts: AgendaFacts) -> Check:
    missing = [item.position for item in facts.items if not item.reporter.strip()]
    if not missing:
        detail = say(N_("共{count}项"), count=len(facts.items))
        return _check(True, say(N_("报告人已定")), detail)
    return Check(
        state=CheckState.WARNING,
        says=say(N_("第{item}项没有报告人"), item=missing[0])
        if len(missing) == 1
        else say(N_("{count}项没有报告人"), count=len(missing)),
        detail=say(N_("可以先发布，开会前定下来")),
        item=missing[0],
    )
